// SPDX-License-Identifier: Apache-2.0

// Package shim holds the C files that make the engine of package nsexec a
// constructor.  It has no Go code: import nsexec.dev/nsexec.
package shim

import "embed"

// Package nsexec includes these files by their path, which the go tool cannot see.
// Being part of this package they are among what package nsexec is built from: it is
// built again when one of them changes, and "go mod vendor" carries them.  Nothing
// refers to the variable, so that the linker leaves it out of the program.
//
//go:embed *.c *.h
var _ embed.FS
