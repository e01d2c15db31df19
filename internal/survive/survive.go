// SPDX-License-Identifier: Apache-2.0

//go:build linux

// Package survive looks whether a Go program that was moved to other namespaces before
// its first line is still whole: everything that Go's runtime and the libc below
// it do with threads, signals and processes.
//
// A process that libc does not know, such as one made by a bare clone, runs a hello
// program well; it fails here.
package survive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Without is the variable that names a check to be left out.
const Without = "SURVIVE_WITHOUT"

// Run carries out all checks and writes a line each: "ok NAME", "skip NAME: reason" or
// "not ok NAME: reason".  It reports whether none failed.  Afterwards the process may be
// that of another user.
func Run(w io.Writer) bool {
	whole := true
	for _, one := range checks {
		if one.name == os.Getenv(Without) {
			continue
		}
		var skip skipped
		switch err := one.check(); {
		case err == nil:
			fmt.Fprintln(w, "ok", one.name)
		case errors.As(err, &skip):
			fmt.Fprintf(w, "skip %s: %v\n", one.name, err)
		default:
			whole = false
			fmt.Fprintf(w, "not ok %s: %v\n", one.name, err)
		}
	}
	return whole
}

// Main is for a program that does nothing else: with the argument "panic" it
// crashes, as Go programs do; else it exits with status 0 if all is well.
func Main(args []string) {
	if len(args) > 0 && args[0] == "panic" {
		Panic()
	}
	if !Run(os.Stdout) {
		os.Exit(1)
	}
	os.Exit(0)
}

// Panic crashes: status 2, and a traceback that names this function.
func Panic() {
	panic("as asked")
}

type skipped string

func (s skipped) Error() string { return string(s) }

// The user last: it cannot be undone.
var checks = []struct {
	name  string
	check func() error
}{
	{"goroutines", goroutines},
	{"threads-end", threadsEnd},
	{"threads-share-namespaces", threadsShareNamespaces},
	{"timers", timers},
	{"poller", poller},
	{"collector", collector},
	{"exec", execs},
	{"exec-many", execMany},
	{"signal-process", signalProcess},
	{"signal-thread", signalThread},
	{"fault", fault},
	{"setuid-every-thread", setuid},
}

// within fails if the check hangs: most ways of being broken are.
func within(d time.Duration, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(d):
		return errors.New("it hangs")
	}
}

func goroutines() error {
	return within(10*time.Second, func() error {
		sum := make(chan int)
		for i := 0; i < 1000; i++ {
			go func(i int) {
				runtime.Gosched()
				sum <- i
			}(i)
		}
		total := 0
		for i := 0; i < 1000; i++ {
			total += <-sum
		}
		if total != 499500 {
			return fmt.Errorf("the sum is %d", total)
		}
		return nil
	})
}

// lockedThreads runs f in n goroutines at once, each with a thread of its own.  Threads
// that end are those of goroutines that do not unlock theirs.
func lockedThreads(n int, end bool, f func() error) error {
	var ready, done sync.WaitGroup
	failures := make(chan error, n)
	ready.Add(n)
	done.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			defer done.Done()
			runtime.LockOSThread()
			if !end {
				defer runtime.UnlockOSThread()
			}
			ready.Done()
			ready.Wait()
			if err := f(); err != nil {
				failures <- err
			}
		}()
	}
	done.Wait()
	select {
	case err := <-failures:
		return err
	default:
		return nil
	}
}

func threadsEnd() error {
	return within(20*time.Second, func() error {
		for round := 0; round < 3; round++ {
			if err := lockedThreads(16, true, func() error { return nil }); err != nil {
				return err
			}
		}
		return nil
	})
}

func tasks() ([]string, error) {
	dir, err := os.Open("/proc/self/task")
	if err != nil {
		return nil, skipped(err.Error())
	}
	defer dir.Close()
	return dir.Readdirnames(-1)
}

func threadsShareNamespaces() error {
	return lockedThreads(8, false, func() error {
		for _, kind := range []string{"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"} {
			main, err := os.Readlink("/proc/self/ns/" + kind)
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			if err != nil {
				return skipped(err.Error())
			}
			own, err := os.Readlink("/proc/thread-self/ns/" + kind)
			if err != nil {
				return err
			}
			if main != own {
				return fmt.Errorf("one thread is in %s, another in %s", main, own)
			}
		}
		return nil
	})
}

func timers() error {
	return within(10*time.Second, func() error {
		began := time.Now()
		<-time.After(20 * time.Millisecond)
		if d := time.Since(began); d < 20*time.Millisecond || d > 5*time.Second {
			return fmt.Errorf("20 ms took %v", d)
		}
		return nil
	})
}

func poller() error {
	return within(10*time.Second, func() error {
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		defer r.Close()
		defer w.Close()
		r.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := r.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("no deadline: %v", err)
		}
		return nil
	})
}

func collector() error {
	return within(10*time.Second, func() error {
		kept := make([][]byte, 100)
		for i := 0; i < 10000; i++ {
			kept[i%100] = make([]byte, 4096)
		}
		runtime.GC()
		runtime.KeepAlive(kept)
		return nil
	})
}

func execs() error {
	return within(10*time.Second, func() error {
		if _, err := exec.LookPath("sh"); err != nil {
			return skipped("no sh in there")
		}
		out, err := exec.Command("sh", "-c", "echo hello; exit 3").Output()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 3 {
			return fmt.Errorf("ended with %v, not with status 3", err)
		}
		if string(out) != "hello\n" {
			return fmt.Errorf("it said %q", out)
		}
		return nil
	})
}

func execMany() error {
	return within(20*time.Second, func() error {
		if _, err := exec.LookPath("sh"); err != nil {
			return skipped("no sh in there")
		}
		return lockedThreads(16, false, func() error {
			return exec.Command("sh", "-c", "exit 0").Run()
		})
	})
}

func arrives(s os.Signal, send func() error) error {
	c := make(chan os.Signal, 1)
	signal.Notify(c, s)
	defer signal.Stop(c)
	if err := send(); err != nil {
		return err
	}
	select {
	case <-c:
		return nil
	case <-time.After(5 * time.Second):
		return errors.New("it did not arrive")
	}
}

func signalProcess() error {
	return arrives(syscall.SIGUSR1, func() error {
		return syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	})
}

func signalThread() error {
	return arrives(syscall.SIGUSR2, func() error {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		_, _, errno := syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(os.Getpid()),
			uintptr(syscall.Gettid()), uintptr(syscall.SIGUSR2))
		if errno != 0 {
			return errno
		}
		return nil
	})
}

// fault: a signal of the processor becomes a panic, which can be recovered from.
func fault() (err error) {
	defer func() {
		if recover() == nil {
			err = errors.New("no panic")
		}
	}()
	var nothing *struct{ it int }
	nothing.it++
	return nil
}

const otherUser = 12345

// mapped: does our user namespace know the id?
func mapped(id uint64) bool {
	text, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		return false
	}
	for _, line := range strings.Split(string(text), "\n") {
		field := strings.Fields(line)
		if len(field) != 3 {
			continue
		}
		from, _ := strconv.ParseUint(field[0], 10, 64)
		n, _ := strconv.ParseUint(field[2], 10, 64)
		if id >= from && id-from < n {
			return true
		}
	}
	return false
}

// setuid: the kernel changes one thread only, and libc, which Go calls, must find all
// the others.
func setuid() error {
	if os.Geteuid() != 0 || !mapped(otherUser) {
		return skipped("may not change the user")
	}
	return within(10*time.Second, func() error {
		err := lockedThreads(8, false, func() error { return nil })
		if err != nil {
			return err
		}
		result := make(chan error)
		go func() {
			runtime.LockOSThread()
			result <- syscall.Setuid(otherUser)
		}()
		if err := <-result; err != nil {
			return err
		}
		names, err := tasks()
		if err != nil {
			return err
		}
		for _, name := range names {
			status, err := os.ReadFile("/proc/self/task/" + name + "/status")
			if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
				continue // ended
			}
			if err != nil {
				return err
			}
			want := []byte(fmt.Sprintf("\nUid:\t%d\t%[1]d\t%[1]d\t%[1]d\n", otherUser))
			if !bytes.Contains(status, want) {
				return fmt.Errorf("thread %s of %d is still another user", name, len(names))
			}
		}
		if len(names) < 8 {
			return fmt.Errorf("%d threads only", len(names))
		}
		return nil
	})
}
