// SPDX-License-Identifier: Apache-2.0

//go:build linux && !cgo

package nsexec

// linkedIn: without cgo there is no constructor in this program.
const linkedIn = false
