/* SPDX-License-Identifier: Apache-2.0 */
#include "watched.h"

#include <fcntl.h>

#include "sys_identity.h"
#include "text.h"

enum { CAP_SYS_PTRACE_NUMBER = 19 };

/* The kernel writes 16 digits, and small letters. */
static bool read_hex(const char *at, uint64_t *out)
{
	int n = 0;

	for (*out = 0; n < 16; n++, at++) {
		if (*at >= '0' && *at <= '9')
			*out = *out << 4 | (uint64_t)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			*out = *out << 4 | (uint64_t)(*at - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* The capabilities that a process may ever come to by executing a file. */
static bool read_bounding(const struct nsx_target *t, int pid, uint64_t *out)
{
	char path[40], text[2048]; /* with hundreds of groups it would be more */
	struct nsx_text p = nsx_text_on(path, sizeof(path));

	if (t->proc == NSX_NOFD) {
		nsx_text_str(&p, "/proc/");
		nsx_text_i64(&p, pid);
		nsx_text_str(&p, "/");
	}
	nsx_text_str(&p, "status");
	if (nsx_fd_read_text(t->proc == NSX_NOFD ? AT_FDCWD : t->proc, path, text, sizeof(text)) <
	    0)
		return false;
	for (const char *at = text; *at; at++) {
		const char *digits = *at == '\n' ? nsx_text_after(at, "\nCapBnd:\t") : NULL;

		if (digits)
			return read_hex(digits, out);
	}
	return false;
}

static uint64_t our_permitted(void)
{
	struct nsx_capdata data[2] = { { 0 } };

	(void)nsx_sys_capget(data); /* cannot fail for ourselves; else none, which all have */
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

/*
 * What is done in a user namespace below ours does not reach us.  Nothing is above the first
 * one, so whoever goes there is in it; that saves a look at ours, which costs more.
 */
static bool in_our_user(int pid)
{
	char path[NSX_NS_PATH_BYTES];
	struct nsx_ns_id ours, theirs;

	nsx_ns_path(path, pid, NSX_USER);
	if (nsx_ns_name(path, &theirs) < 0 || theirs.ino == NSX_NS_FIRST_USER)
		return true;
	nsx_ns_path(path, 0, NSX_USER);
	return nsx_ns_name(path, &ours) < 0 || nsx_ns_same(&ours, &theirs);
}

/* Neither the capability to trace nor all of ours? */
static bool lacks_what_it_takes(const struct nsx_target *t, int pid)
{
	uint64_t theirs;

	return read_bounding(t, pid, &theirs) && !(theirs >> CAP_SYS_PTRACE_NUMBER & 1) &&
	       (our_permitted() & ~theirs);
}

bool nsx_watched(const struct nsx_target *t, const struct nsx_facts *f)
{
	if (!(f->shared & NSX_KIND_BIT(NSX_USER)) && !in_our_user(f->pid))
		return false; /* the cheaper proof comes first */
	return !lacks_what_it_takes(t, f->pid);
}
