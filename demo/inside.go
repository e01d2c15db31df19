// SPDX-License-Identifier: Apache-2.0

//go:build ignore

// What is here?  Built without cgo, so it is one static file.
package main

import (
	"fmt"
	"net"
	"os"
	"sort"
	"strings"
)

func main() {
	var names []string
	interfaces, err := net.Interfaces()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, it := range interfaces {
		names = append(names, it.Name)
	}
	sort.Strings(names)
	hostname, _ := os.Hostname()
	files, _ := os.ReadDir("/")
	var root []string
	for _, it := range files {
		root = append(root, "/"+it.Name())
	}
	fmt.Printf("PID %d on %s, %s; all files: %s\n", os.Getpid(), hostname,
		strings.Join(names, ","), strings.Join(root, " "))
}
