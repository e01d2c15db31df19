// SPDX-License-Identifier: Apache-2.0

//go:build ignore

// Where am I?  As a Go program sees it; knows nothing of nsexec.
package main

// #include <unistd.h>
import "C" // a dynamically linked program, as most that use cgo are

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"sort"
	"strings"
)

func main() {
	looked := make(chan bool)
	started := make(chan bool)
	for i := 0; i < 4; i++ {
		go func() {
			runtime.LockOSThread() // a thread each
			started <- true
			<-looked
		}()
	}
	for i := 0; i < 4; i++ {
		<-started
	}
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	networks := map[string]bool{}
	for _, task := range tasks {
		link, err := os.Readlink("/proc/self/task/" + task.Name() + "/ns/net")
		if err == nil { // a thread may have ended meanwhile
			networks[link] = true
		}
	}
	var names []string
	interfaces, _ := net.Interfaces()
	for _, it := range interfaces {
		names = append(names, it.Name)
	}
	sort.Strings(names)
	hostname, _ := os.Hostname()
	fmt.Printf("%d %s %s %d/%d\n", C.getpid(), hostname, strings.Join(names, ","),
		len(tasks), len(networks))
	close(looked)
}
