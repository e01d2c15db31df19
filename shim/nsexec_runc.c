/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

/*
 * libnsexec-runc.a: the function that runc's nsenter.go declares, and calls from a
 * constructor of its own.
 */
#include "as_runc.h"
#include "nsexec.h"

extern char **environ;

__attribute__((visibility("default"))) void nsexec(void)
{
	struct nsx_initpipe pipe;

	if (environ && nsx_initpipe_find(environ, &pipe))
		(void)nsx_as_runc(&pipe, environ); /* where it is ignored, the program goes on */
}
