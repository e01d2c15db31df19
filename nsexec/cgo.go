// SPDX-License-Identifier: Apache-2.0

//go:build linux && cgo

package nsexec

// The engine: cgo compiles every C file of this directory that has no build tag
// against it.  The constructor is in ../shim, which is another directory, so each
// shim_NAME.c includes a file of that; the other builds do not have them.
//
// Hidden names cannot meet those of the program, and nothing here may lean on what
// libc has not prepared yet when the constructor runs.

// #cgo CPPFLAGS: -D_GNU_SOURCE
// #cgo CFLAGS: -std=gnu11 -fvisibility=hidden -fno-stack-protector -U_FORTIFY_SOURCE
import "C"

import _ "nsexec.dev/shim" // or it would not be vendored, and its changes not seen

// linkedIn: the constructor is part of this program.
const linkedIn = true
