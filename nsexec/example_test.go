// SPDX-License-Identifier: Apache-2.0

//go:build linux && cgo

package nsexec_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"time"

	"nsexec.dev/nsexec"
)

// These examples join the network namespace in which they are already, so that they run
// everywhere and without privileges.  In earnest, PID is a process of a container.
var target = nsexec.Target{PID: os.Getpid(), Kinds: nsexec.Net}

func ExampleCommand() {
	out, err := nsexec.Command(target, "echo", "hello").Output()
	fmt.Printf("%s%v\n", out, err)
	// Output:
	// hello
	// <nil>
}

func ExampleCommandContext() {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	err := nsexec.CommandContext(ctx, target, "sleep", "10").Run()
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

// The program's own main runs inside, and finds out by its arguments that it does:
//
//	func main() {
//		if len(os.Args) > 2 && os.Args[1] == "inside-greet" {
//			fmt.Println("hello from inside,", os.Args[2])
//			return
//		}
//		...
//	}
func ExampleSelf() {
	cmd := nsexec.Self(target, "inside-greet", "friend")
	cmd.Stdout = os.Stdout
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Println(err)
	}
	// Output: hello from inside, friend
}

func ExampleTarget_files() {
	blue := nsexec.Target{Files: map[nsexec.Kind]string{
		nsexec.Net: "/run/netns/there-is-no-blue",
	}}
	err := nsexec.Command(blue, "true").Run()
	fmt.Println(err)
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output:
	// nsexec: open net (/run/netns/there-is-no-blue): no such file or directory
	// true
}

// Who failed, we or the program?
func ExampleError() {
	for _, name := range []string{"false", "no-such-program"} {
		cmd := nsexec.Command(target, name)
		cmd.Env = []string{"PATH=/usr/bin:/bin"}
		err := cmd.Run()
		var failure *nsexec.Error
		var exit *exec.ExitError
		switch {
		case errors.As(err, &failure):
			fmt.Println("it does not run:", failure.Step, failure.Subject)
		case errors.As(err, &exit):
			fmt.Println("it ran:", exit)
		}
	}
	// Output:
	// it ran: exit status 1
	// it does not run: exec no-such-program
}

func ExampleCmd_String() {
	cmd := nsexec.Command(nsexec.Target{PID: 1234, Kinds: nsexec.All}, "ps", "ax")
	cmd.Credential = &nsexec.Credential{UID: 1000, GID: 1000}
	fmt.Println(cmd)
	// Output: nsexec --target=1234 --all --setuid=1000 --setgid=1000 --detach -- ps ax
}
