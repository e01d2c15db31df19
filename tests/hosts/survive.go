// SPDX-License-Identifier: Apache-2.0

//go:build ignore

// A Go program with a constructor of its own that calls nsexec(), as runc's package
// nsenter has it.  It is linked with libnsexec-runc.a:
//
//	CGO_LDFLAGS=build/native/nsexec/libnsexec-runc.a go build tests/hosts/survive.go
//
// Started with a bootstrap message, it looks inside whether it is still whole, and
// prints a line a check: see package internal/survive.
package main

/*
extern void nsexec();

void __attribute__((constructor)) init(void)
{
	nsexec();
}
*/
import "C"

import (
	"os"

	"nsexec.dev/internal/survive"
)

func main() {
	survive.Main(os.Args[1:])
}
