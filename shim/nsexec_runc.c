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
	static bool called; /* a second constructor may, and must not begin anew */
	struct nsx_initpipe pipe;
	struct nsx_auxv auxv;

	if (!environ || !nsx_initpipe_find(environ, &pipe) || called)
		return;
	called = true;
	nsx_auxv_find(environ, &auxv);
	(void)nsx_as_runc(&pipe, &auxv); /* where it is ignored, the program goes on */
}
