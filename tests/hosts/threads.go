// SPDX-License-Identifier: Apache-2.0

//go:build ignore

// Go with goroutines that hold a thread each.  See report.h for what it prints.
// It uses C, so that it is linked by the system's linker: dynamically, or
// statically together with an object file that has a constructor.
package main

// static int answer(void) { return 42; }
import "C"

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

const threads = 4

var kinds = []string{"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}

func list(directory string) []string {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func report() {
	tasks := list("/proc/self/task")
	for _, task := range tasks {
		for _, kind := range kinds {
			link, err := os.Readlink("/proc/self/task/" + task + "/ns/" + kind)
			if err == nil {
				from := strings.IndexByte(link, '[')
				fmt.Println("ns", task, kind, strings.Trim(link[from:], "[]"))
			}
		}
	}
	if len(tasks) > 0 {
		fmt.Println("threads", len(tasks))
	} else {
		fmt.Println("noproc")
	}
	fmt.Println("pid", os.Getpid())
	fmt.Println("uid", os.Getuid())
	for _, variable := range os.Environ() {
		if strings.HasPrefix(variable, "NSEXEC") || strings.HasPrefix(variable, "LD_PRELOAD=") {
			fmt.Println("env", variable)
		}
	}
	name, _ := os.Hostname()
	fmt.Println("hostname", name)
	if len(tasks) > 0 {
		var open []string
		for _, fd := range list("/proc/self/fd") {
			if _, err := os.Lstat("/proc/self/fd/" + fd); err == nil {
				open = append(open, fd)
			}
		}
		fmt.Println("fds", strings.Join(open, " "))
	}
	fmt.Println("done")
}

func child() int {
	cmd := exec.Command("sh", "-c", "env; readlink /proc/self/ns/net")
	cmd.Stderr = os.Stderr
	output, err := cmd.Output()
	for _, line := range strings.Split(strings.TrimSpace(string(output)), "\n") {
		fmt.Println("child", line)
	}
	if err != nil {
		return 1
	}
	return 0
}

func sleep(signals chan os.Signal) int {
	fmt.Println("ready")
	for s := range signals {
		if s == syscall.SIGTERM {
			fmt.Println("got TERM")
			break
		}
		fmt.Println("got USR1")
	}
	return 43
}

func main() {
	var everyoneLives sync.WaitGroup

	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGTERM)
	everyoneLives.Add(threads)
	for i := 0; i < threads; i++ {
		go func() {
			runtime.LockOSThread()
			if C.answer() == 42 {
				everyoneLives.Done()
			}
			select {}
		}()
	}
	everyoneLives.Wait()
	report()
	switch {
	case len(os.Args) > 2 && os.Args[1] == "exit":
		status, _ := strconv.Atoi(os.Args[2])
		os.Exit(status)
	case len(os.Args) > 1 && os.Args[1] == "child":
		os.Exit(child())
	case len(os.Args) > 1 && os.Args[1] == "sleep":
		os.Exit(sleep(signals))
	}
}
