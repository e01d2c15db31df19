// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import (
	"fmt"
	"os"
	"syscall"
)

// A process that was started to go elsewhere, and finds itself running Go code, must
// make sure that it is there.  A constructor that is not part of the program, or that
// had to ignore us because the program has more privileges than its caller
// (set-user-ID, file capabilities), leaves the process where it was, and main would
// run in the wrong namespaces.
//
// What tells is the report descriptor: the constructor closes it when all is done.
// Its number and inode come behind this name where a program was to be executed, and
// in this variable where the caller's own main goes on.
const (
	entering = "nsexec:enter"
	guardEnv = "NSEXEC_GUARD"
)

const exitFailed = 125

func guardText(fd int, report *os.File) (string, error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(report.Fd()), &st); err != nil {
		return "", os.NewSyscallError("fstat", err)
	}
	return fmt.Sprintf("%d:%d", fd, st.Ino), nil
}

func init() {
	if !linkedIn && (os.Getenv("NSEXEC") != "" || os.Getenv("NSEXEC_FD") != "") {
		refuse(2, "a program that was built without cgo")
	}
	text := os.Getenv(guardEnv)
	if text != "" {
		os.Unsetenv(guardEnv)
	}
	if len(os.Args) == 2 && os.Args[0] == entering {
		text = os.Args[1]
	}
	var fd int
	var inode uint64
	if _, err := fmt.Sscanf(text, "%d:%d", &fd, &inode); err != nil {
		return
	}
	var st syscall.Stat_t
	if syscall.Fstat(fd, &st) == nil && st.Ino == inode && st.Mode&syscall.S_IFMT == syscall.S_IFIFO {
		refuse(fd, "a set-user-ID program, or one with file capabilities")
	}
}

// refuse ends the process, with a line for people on stderr, or with one of the report
// for the program that waits for it.
func refuse(fd int, why string) {
	line := "nsexec: gate: " + why + " cannot enter namespaces\n"
	if fd != 2 {
		line = fmt.Sprintf(`{"error":{"step":"gate","errno":%d,"subject":"%s"}}`+"\n",
			int(syscall.EPERM), why)
	}
	syscall.Write(fd, []byte(line))
	os.Exit(exitFailed)
}
