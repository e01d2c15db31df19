// SPDX-License-Identifier: Apache-2.0

//go:build linux

// Package nsexec runs programs, and the calling program itself, in other Linux
// namespaces: those of a container that is running, or of a file such as
// /run/netns/NAME.
//
// A Go program has threads before its first line runs, so the kernel refuses it user,
// mount and time namespaces, and a PID namespace takes only its children.  Importing
// this package compiles a constructor into the program, which acts earlier: in the one
// moment when the process has a single thread.  To go somewhere, the program starts
// itself again (/proc/self/exe) and tells that process through a pipe where to go.
// Nothing has to be installed, neither here nor there.
//
//	target := nsexec.Target{PID: pid, Kinds: nsexec.Net | nsexec.Mount}
//	out, err := nsexec.Command(target, "ip", "-json", "address").Output()
//
// # Command and Self
//
// Command executes a program; its file is looked for inside.  Self goes on with the
// calling program's own main inside, with other arguments; that needs no file in there,
// not even where the container's root has no libc.  Both give a Cmd, which has the
// fields and methods of exec.Cmd, and means the same by them.  The program is a child of
// the calling process, with no process in between.
//
// # All or nothing
//
// When Start returns without an error, the program runs in exactly the namespaces that
// were asked for.  Else it does not run, no process is left, and the *Error tells
// the step, the cause and the thing; errors.Is knows the cause.  An end of the program
// with a status other than 0 is an *exec.ExitError, as with exec.Cmd.
//
// # Without the API
//
// A program that only imports the package
//
//	import _ "nsexec.dev/nsexec"
//
// can be moved from outside, by the variables NSEXEC and NSEXEC_FD, and understands
// runc's bootstrap message: see nsexec(1).
//
// # Limits
//
// The package needs cgo.  In a program built without it, Start returns ErrNoCgo, and
// such a program ends with status 125 if it is started with NSEXEC or NSEXEC_FD, rather
// than running where it was not meant to.
//
// /proc must be mounted where Start is called.  A program that is inside by Self and
// wants to go further relies on the /proc of the container.
//
// Self in a mount, PID or user namespace runs non-dumpable, so that processes of the
// container cannot look into it; /proc/self then belongs to root.  See Cmd.Dumpable.
package nsexec
