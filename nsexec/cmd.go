// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A Cmd is a program to run in other namespaces, or one that runs there.  As an
// exec.Cmd it cannot be used a second time.
type Cmd struct {
	// Target says where the program runs.
	Target Target

	// New says which namespaces are created for it.
	New New

	// Args are the program and its arguments.  A program without a slash in its
	// name is looked for in the directories of PATH, inside.  After Self, Args[0]
	// is only what the program is told of its name.
	//
	// Options and Args together have room for 64 KiB; after Self there is no bound.
	Args []string

	// Env is the environment, nil for that of the caller.  Variables that
	// would ask something of nsexec itself, or of runc's bootstrap, are left out:
	// NSEXEC, NSEXEC_FD, NSEXEC_LOG, NSEXEC_PATH, NSEXEC_TRACE, NSEXEC_GUARD and
	// _LIBCONTAINER_*.
	Env []string

	// Dir, if not empty, is the working directory as it is called inside.  Without
	// it, it is the root of the mount namespace if one is joined, else the caller's.
	Dir string

	// Stdin, Stdout and Stderr are as in exec.Cmd: nil is the null device, an
	// *os.File is given to the program, and for anything else there is a pipe
	// and a goroutine, which Wait waits for.
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// ExtraFiles are more open files for the program; entry i becomes descriptor 3+i.
	ExtraFiles []*os.File

	// Credential, if not nil, is who the program runs as.
	Credential *Credential

	// PreserveCredentials keeps user, group and supplementary groups where a
	// user namespace is joined; else the program becomes root of that.
	PreserveCredentials bool

	// Privileges and Limits, if not nil, are what the program may do, and the bounds
	// that it runs in.
	Privileges *Privileges
	Limits     *Limits

	// Host takes the program from the caller's files: it is looked for out here, and
	// has its libraries, and as a runtime its home, from here too.
	Host bool

	// Grafts are files and directories of the caller that the program sees among
	// those of the target.
	Grafts []Graft

	// Trace, if not empty, is a file for what is done until the program runs, and how
	// long each step takes, as ui.perfetto.dev and chrome://tracing show it.  It is
	// found from the caller's working directory, and written anew.
	Trace string

	// NoFork runs the program outside of the PID namespace of the target, so that
	// only its children are inside.
	NoFork bool

	// Dumpable is for Self: may processes of the target trace the program and read
	// its memory and its file?
	Dumpable Dumpable

	// SysProcAttr holds what the program inherits from the process that enters:
	// session, process group, terminal, ambient capabilities.  Cloneflags,
	// Unshareflags, Ptrace and Pdeathsig would hit that process only, and are
	// refused.
	SysProcAttr *syscall.SysProcAttr

	// Cancel is called when the context of CommandContext or SelfContext is done
	// while the program runs; by default it kills the program.
	Cancel func() error

	// WaitDelay, if not zero, bounds how long Wait waits, counted from the moment
	// the context is done or the program has ended: then the program is killed, and
	// pipes that others keep open are closed.
	WaitDelay time.Duration

	// Process is the program once it is started: a child of this process.
	Process *os.Process

	// Report is what is known of the program once it is started.
	Report *Report

	// ProcessState is how the program ended, once Wait has returned.
	ProcessState *os.ProcessState

	ctx     context.Context // nil: none
	self    bool
	used    bool
	streams streams
	watched chan cancellation // closed, or one value, when nobody watches the context
	ended   chan struct{}     // closed when the program is reaped

	mu    sync.Mutex
	pidfd int   // -1: none any more
	noFD  error // why there never was one
}

// A Credential is a user and a group of the namespace that is entered.  Follow is that
// of Target.PID, any other negative id is left as it is.  Supplementary groups are
// dropped.
type Credential struct {
	UID, GID int
}

// Follow is the user or group of the target process.
const Follow = math.MinInt32

// Dumpable says whether processes inside may look into a program started by Self.
type Dumpable int

// By default they may not if a mount, PID or user namespace was joined.
const (
	DumpableAuto Dumpable = iota
	DumpableYes
	DumpableNo
)

// ErrWaitDelay is returned by Wait if the program ended well, but its pipes had to be
// closed after WaitDelay because another process kept them open.
var ErrWaitDelay = errors.New("nsexec: WaitDelay expired before I/O complete")

// ErrNoCgo is returned by Start in a program that was built without cgo, and so
// without the constructor.
var ErrNoCgo = errors.New("nsexec: this program was built without cgo (CGO_ENABLED=0)")

// Command returns a Cmd that executes the named program in the namespaces of target.
// The program's file, its libraries and its interpreter are those of the mount
// namespace in which it runs.
func Command(target Target, name string, arg ...string) *Cmd {
	return &Cmd{Target: target, Args: append([]string{name}, arg...), pidfd: -1}
}

// CommandContext is like Command, with a context: the program is killed when that is
// done, also while it is being started.
func CommandContext(ctx context.Context, target Target, name string, arg ...string) *Cmd {
	return Command(target, name, arg...).with(ctx)
}

// Self returns a Cmd that runs the calling program again, from its own main on, in the
// namespaces of target.  It needs no file in there: neither the program nor its
// libraries have to be in the target's mounts.  What files it opens later is
// its own affair.
//
// The program learns from its arguments that it is the one inside:
//
//	func main() {
//		if len(os.Args) > 1 && os.Args[1] == "inside" {
//			inside()
//			return
//		}
//		...
//	}
func Self(target Target, arg ...string) *Cmd {
	c := Command(target, os.Args[0], arg...)
	c.self = true
	return c
}

// SelfContext is like Self, with a context as in CommandContext.
func SelfContext(ctx context.Context, target Target, arg ...string) *Cmd {
	return Self(target, arg...).with(ctx)
}

func (c *Cmd) with(ctx context.Context) *Cmd {
	if ctx == nil {
		panic("nsexec: nil Context")
	}
	c.ctx = ctx
	c.Cancel = func() error { return c.Process.Kill() }
	return c
}

// String returns the words of the nsexec command that would do the same.
func (c *Cmd) String() string {
	w, err := c.words()
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	b.WriteString("nsexec")
	for _, word := range w {
		b.WriteByte(' ')
		if word == "" || strings.ContainsAny(word, " \t\n\"'\\") {
			word = strconv.Quote(word)
		}
		b.WriteString(word)
	}
	return b.String()
}

// words are the options, and for another program than ourselves also that program.
func (c *Cmd) words() (words, error) {
	var w words
	if err := c.Target.addTo(&w); err != nil {
		return nil, err
	}
	if err := c.New.addTo(&w); err != nil {
		return nil, err
	}
	if cred := c.Credential; cred != nil {
		w.id("setuid", cred.UID)
		w.id("setgid", cred.GID)
	}
	w.flag("preserve-credentials", c.PreserveCredentials)
	if c.Privileges != nil {
		if err := c.Privileges.addTo(&w); err != nil {
			return nil, err
		}
	}
	if c.Limits != nil {
		if err := c.Limits.addTo(&w); err != nil {
			return nil, err
		}
	}
	if (c.Target.OwnEnv || c.Target.As) && c.Env != nil {
		return nil, badRequest("Cmd.Env, and Target.OwnEnv or Target.As")
	}
	if c.Dir != "" {
		w.value("wdns", c.Dir)
	}
	w.flag("host", c.Host)
	for _, g := range c.Grafts {
		if err := g.addTo(&w); err != nil {
			return nil, err
		}
	}
	w.flag("no-fork", c.NoFork)
	if c.Trace != "" {
		w.value("trace", c.Trace)
	}
	switch c.Dumpable {
	case DumpableAuto:
	case DumpableYes:
		w.value("dumpable", "yes")
	case DumpableNo:
		w.value("dumpable", "no")
	default:
		return nil, badRequest("Cmd.Dumpable is unknown: %d", int(c.Dumpable))
	}
	w.flag("detach", c.detaches())
	if len(c.Args) == 0 || (c.Args[0] == "" && !c.self) {
		return nil, badRequest("Cmd.Args names no program")
	}
	if !c.self {
		w = append(append(w, "--"), c.Args...)
	}
	return w, nil
}

// detaches: is the program a new process, beside the one that enters?  Otherwise that
// one becomes the program, which is a process less.
func (c *Cmd) detaches() bool {
	return (c.Target.joinsPID() || c.New.makesProcess()) && !c.NoFork
}

// Run starts the program and waits for it.  The error is as that of Start or Wait.
func (c *Cmd) Run() error {
	if err := c.Start(); err != nil {
		return err
	}
	return c.Wait()
}

// Output runs the program and returns what it wrote to its standard output.  If Stderr
// is nil, the beginning of what it wrote there is in the *exec.ExitError.
func (c *Cmd) Output() ([]byte, error) {
	if c.Stdout != nil {
		return nil, errors.New("nsexec: Stdout already set")
	}
	var stdout bytes.Buffer
	var stderr beginning
	c.Stdout = &stdout
	capture := c.Stderr == nil
	if capture {
		c.Stderr = &stderr
	}
	err := c.Run()
	var exit *exec.ExitError
	if capture && errors.As(err, &exit) {
		exit.Stderr = stderr.bytes
	}
	return stdout.Bytes(), err
}

// CombinedOutput runs the program and returns what it wrote to its standard output and
// its standard error.
func (c *Cmd) CombinedOutput() ([]byte, error) {
	if c.Stdout != nil {
		return nil, errors.New("nsexec: Stdout already set")
	}
	if c.Stderr != nil {
		return nil, errors.New("nsexec: Stderr already set")
	}
	var both bytes.Buffer
	c.Stdout = &both
	c.Stderr = &both
	err := c.Run()
	return both.Bytes(), err
}

// beginning keeps the first 64 KiB that are written to it.
type beginning struct {
	bytes []byte
}

func (b *beginning) Write(p []byte) (int, error) {
	const most = 64 * 1024
	room := most - len(b.bytes)
	if room > len(p) {
		room = len(p)
	}
	b.bytes = append(b.bytes, p[:room]...)
	return len(p), nil
}

// PidFD returns a new pidfd of the program, for the caller to close: see
// pidfd_open(2).  It is to be called between Start and Wait, and needs Linux 5.3.
func (c *Cmd) PidFD() (*os.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.noFD != nil {
		return nil, c.noFD
	}
	if c.pidfd < 0 {
		return nil, os.ErrProcessDone
	}
	fd, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(c.pidfd), syscall.F_DUPFD_CLOEXEC, 3)
	if errno != 0 {
		return nil, os.NewSyscallError("fcntl", errno)
	}
	return os.NewFile(fd, "pidfd"), nil
}

// The number is the same on all architectures.
const sysPidfdOpen = 434

// openPidfd: the program cannot be reaped before the first Wait, so its PID is its own.
func (c *Cmd) openPidfd() {
	fd, _, errno := syscall.Syscall(sysPidfdOpen, uintptr(c.Process.Pid), 0, 0)
	if errno != 0 {
		c.noFD = os.NewSyscallError("pidfd_open", errno)
		return
	}
	c.pidfd = int(fd)
}

func (c *Cmd) closePidfd() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pidfd >= 0 {
		syscall.Close(c.pidfd)
		c.pidfd = -1
	}
}
