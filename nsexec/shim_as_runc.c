/* SPDX-License-Identifier: Apache-2.0 */
/* For the Go package: see cgo.go. */
#include "../shim/as_runc.c"
