/* SPDX-License-Identifier: Apache-2.0 */
/* For the Go package: see cgo.go. */
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#error "nsexec cannot be built with -msan: its constructor runs before the sanitizer is ready"
#endif
#endif
#include "../shim/constructor.c"
