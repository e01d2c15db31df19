// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import (
	"os/exec"
	"syscall"
)

// An Error is why a program does not run in the namespaces that were asked for.
// Nothing of it has run then, and no process is left.
type Error struct {
	// Step is what was being attempted: "options", "target", "open", "check",
	// "join", "become", "root", "cwd", "fork", "report", "exec"; or "start" if the
	// process that does all these could not be started, or died.
	Step string

	// Errno is the cause, or 0 if the request itself is wrong.
	Errno syscall.Errno

	// Subject is which thing: "net (/proc/1234/ns/net)".
	Subject string

	// Hint, if not empty, is a sentence on what usually helps.
	Hint string
}

// Error returns step, subject and cause in one line.
func (e *Error) Error() string {
	if e.Errno == 0 {
		return "nsexec: " + e.Step + ": " + e.Subject
	}
	return "nsexec: " + e.Step + " " + e.Subject + ": " + e.Errno.Error()
}

// Unwrap returns the cause, so that errors.Is(err, syscall.EPERM) and
// errors.Is(err, fs.ErrNotExist) hold where they should.
func (e *Error) Unwrap() error {
	if e.Errno == 0 {
		return nil
	}
	return e.Errno
}

// Is reports whether a program that was not found is meant by exec.ErrNotFound.
func (e *Error) Is(target error) bool {
	return target == exec.ErrNotFound && e.Step == "exec" && e.Errno == syscall.ENOENT
}
