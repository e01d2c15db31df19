/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "api.h"
#include "fd.h"
#include "kindset.h"
#include "nsfile.h"
#include "sys_file.h"
#include "sys_identity.h"

/* The number in a file of /proc/sys; @absent where there is no such file. */
static int read_number(const char *path, uint64_t absent, uint64_t *out, struct nsx_error *e)
{
	char text[32];
	long len = nsx_fd_read_text(AT_FDCWD, path, text, sizeof(text));

	*out = absent;
	if (len == -ENOENT)
		return 0;
	if (len < 0)
		return nsx_fail(e, NSX_STEP_CHECK, (int)-len, path, NULL);
	if (!nsx_text_digits(text, UINT64_MAX, out))
		return nsx_fail(e, NSX_STEP_CHECK, EINVAL, path, NULL);
	return 0;
}

static bool is_admin_here(void)
{
	enum { CAP_SYS_ADMIN_NUMBER = 21 };

	return nsx_sys_effective_caps() >> CAP_SYS_ADMIN_NUMBER & 1;
}

/* In the first user namespace, of fixed inode. */
static bool is_first_user(void)
{
	char path[NSX_OUR_PATH_BYTES];
	struct nsx_stat st;

	nsx_api_our_path(path, NSX_USER, "");
	return nsx_sys_stat(path, &st) == 0 && st.ino == NSX_NS_FIRST_USER;
}

/* A profile of the program's own says itself whether it may. */
static bool is_unconfined(void)
{
	char label[128];
	long len = nsx_fd_read_text(AT_FDCWD, "/proc/thread-self/attr/apparmor/current", label,
				    sizeof(label));

	return (len < 0 && len != -E2BIG) || nsx_text_after(label, "unconfined");
}

/* @path: a switch that keeps user namespaces to administrators if it says @closed. */
static int ask_switch(const char *path, uint64_t closed, struct nsx_error *e)
{
	uint64_t is;

	if (read_number(path, !closed, &is, e) < 0)
		return -1;
	if (is != closed)
		return 1;
	(void)nsx_fail(e, NSX_STEP_UNSHARE, EPERM, "user", path);
	(void)nsx_hint(e, NSX_HINT_CREATE, 0);
	return 0;
}

/* Debian's asks for the right in the first user namespace, AppArmor's in our own. */
static int may_create_user(struct nsx_error *e)
{
	int rc = 1;

	if (!is_admin_here() || !is_first_user())
		rc = ask_switch("/proc/sys/kernel/unprivileged_userns_clone", 0, e);
	if (rc == 1 && !is_admin_here() && is_unconfined())
		rc = ask_switch("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1, e);
	return rc;
}

/* The limit of our own user namespace; those around it may be lower, and tell nobody. */
static int may_create(enum nsx_kind kind, struct nsx_error *e)
{
	char path[64];
	struct nsx_text t = nsx_text_on(path, sizeof(path));
	uint64_t max;

	nsx_text_str(&t, "/proc/sys/user/max_");
	nsx_text_str(&t, nsx_kind_table[kind].name);
	nsx_text_str(&t, "_namespaces");
	if (read_number(path, 1, &max, e) < 0)
		return -1;
	if (max)
		return kind == NSX_USER ? may_create_user(e) : 1;
	(void)nsx_fail(e, NSX_STEP_UNSHARE, ENOSPC, nsx_kind_table[kind].name, path);
	(void)nsx_hint(e, NSX_HINT_LIMIT, 0);
	return 0;
}

static int ask(enum nsx_kind kind, nsx_kinds have, struct nsx_error *e)
{
	if (have & NSX_KIND_BIT(kind))
		return may_create(kind, e);
	(void)nsx_fail(e, NSX_STEP_CHECK, ENOENT, nsx_kind_table[kind].name, NULL);
	(void)nsx_hint(e, NSX_HINT_KERNEL, 0);
	return 0;
}

static int ask_all(int set, unsigned *lacking, struct nsx_error *e)
{
	const int bits = set & ~nsexec_kinds_known();
	nsx_kinds wanted = 0, have = 0, ignored;

	(void)nsx_api_kinds(set & ~bits, &wanted, e); /* they are kinds */
	if (wanted && nsx_api_kernel_kinds(&have, e) < 0)
		return -1;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		struct nsx_error why = { 0 };
		const int rc = wanted & NSX_KIND_BIT(k) ? ask(k, have, &why) : 1;

		if (rc < 0 || (rc == 0 && !*lacking))
			*e = why; /* the first no, or what stands in the way of an answer */
		if (rc < 0)
			return -1;
		if (rc == 0)
			*lacking |= nsx_kind_table[k].flag;
	}
	if (bits)
		(void)nsx_api_kinds(bits, &ignored, e); /* fails, with what to say */
	*lacking |= (unsigned)bits;
	return 0;
}

int nsexec_supported(int set, int *missing, struct nsexec_error *e)
{
	struct nsx_error error = { 0 };
	unsigned lacking = 0;

	if (ask_all(set, &lacking, &error) < 0)
		return nsx_api_fail(e, &error);
	if (missing)
		*missing = (int)lacking;
	if (!lacking)
		return 1;
	(void)nsx_api_fail(e, &error);
	return 0;
}
