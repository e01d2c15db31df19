// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import (
	"runtime"
	"syscall"
	"unsafe"
)

// A nursery is a thread without children, on which a first process is started that
// makes the program as a sibling of its own.  The kernel knows whose children they are by
// thread, so both are those of this thread, and no others are.
//
// That matters when a start fails, or is canceled.  The program may be there without our
// having been told its PID, because the first process died in just that moment.  It
// ends by itself then, but somebody must reap it: a zombie does not only stay in the
// list of processes, it also keeps the container's first process from ending.
type nursery struct {
	exclusive bool // nothing but what was started here is a child of this thread
}

// The threads on which we look for one.  Each that has children already is held until
// one without is found, which is a new one in the end.  Programs that run for long
// stay the children of the threads on which they were started, so there is a bound.
const nurseryTries = 32

// inNursery runs f in a nursery.
func inNursery(f func(nursery)) {
	enterNursery(nurseryTries, f)
}

func enterNursery(tries int, f func(nursery)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		// The thread goes on afterwards: if it ended, the program would see its
		// parent end, which it may have asked to be killed for (PR_SET_PDEATHSIG).
		defer runtime.UnlockOSThread()
		exclusive := !hasChildren()
		if !exclusive && tries > 1 {
			enterNursery(tries-1, f)
			return
		}
		f(nursery{exclusive})
	}()
	<-done
}

const (
	pAll      = 0          // P_ALL
	wNoThread = 0x20000000 // __WNOTHREAD: children of this thread only
	wAll      = 0x40000000 // __WALL
)

// hasChildren: has this thread any, in whichever state?
func hasChildren() bool {
	var info [128]byte // siginfo_t
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, pAll, 0, uintptr(unsafe.Pointer(&info)),
			syscall.WEXITED|syscall.WNOHANG|syscall.WNOWAIT|wNoThread|wAll, 0, 0)
		if errno != syscall.EINTR {
			return errno != syscall.ECHILD
		}
	}
}

// reap waits for all processes that were started here.  All of them have to be ending.
func (n nursery) reap() {
	if !n.exclusive {
		return
	}
	for {
		_, err := syscall.Wait4(-1, nil, wNoThread|wAll, nil)
		if err != nil && err != syscall.EINTR {
			return
		}
	}
}
