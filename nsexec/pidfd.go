// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// pidfsMagic is the type of the file system in which each pidfd has its own inode.
const pidfsMagic = 0x50494446

// whoIs names the process of a pidfd so that no other can be meant, "PID:INODE".  Were
// the descriptor itself passed on, the program would inherit it.
func whoIs(pidfd *os.File) (string, error) {
	conn, err := pidfd.SyscallConn()
	if err != nil {
		return "", pidfdError(err)
	}
	var who string
	var found error
	if err := conn.Control(func(fd uintptr) { who, found = whoBehind(int(fd)) }); err != nil {
		return "", pidfdError(err)
	}
	return who, found
}

func whoBehind(fd int) (string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", fd))
	if err != nil {
		return "", pidfdError(err)
	}
	_, rest, is := strings.Cut(string(text), "\nPid:\t")
	if !is {
		return "", &Error{Step: "target", Subject: "not a pidfd (Target.PIDFD)"}
	}
	number, _, _ := strings.Cut(rest, "\n")
	pid, _ := strconv.Atoi(number)
	if pid <= 0 { // -1: it has ended, 0: our /proc does not show it
		return "", pidfdError(syscall.ESRCH)
	}
	var fs syscall.Statfs_t
	if err := syscall.Fstatfs(fd, &fs); err != nil {
		return "", pidfdError(err)
	}
	if fs.Type != pidfsMagic {
		return "", pidfdError(syscall.EOPNOTSUPP)
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return "", pidfdError(err)
	}
	return fmt.Sprintf("%d:%d", pid, st.Ino), nil
}

func pidfdError(err error) error {
	e := &Error{Step: "target", Subject: "Target.PIDFD: " + err.Error()}
	if errno, ok := err.(syscall.Errno); ok {
		e.Errno, e.Subject = errno, "Target.PIDFD"
	}
	return e
}
