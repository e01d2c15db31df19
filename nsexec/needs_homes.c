/* SPDX-License-Identifier: Apache-2.0 */
#include "fd.h"
#include "needing.h"

const char *nsx_needing_below(char out[NSX_PATH_BYTES], const char *dir, const char *name)
{
	struct nsx_text t = nsx_text_on(out, NSX_PATH_BYTES);

	nsx_text_str(&t, nsx_text_same(dir, "/") ? "" : dir);
	nsx_text_str(&t, name);
	if (t.cut)
		out[0] = '\0';
	return out;
}

static bool is_of_type(const char *path, unsigned type)
{
	struct nsx_stat st;

	return nsx_sys_stat(path, &st) == 0 && (st.mode & NSX_S_IFMT) == type;
}

bool nsx_needing_is_file(const char *dir, const char *name)
{
	char path[NSX_PATH_BYTES];

	return is_of_type(nsx_needing_below(path, dir, name), 0100000);
}

bool nsx_needing_is_dir(const char *dir, const char *name)
{
	char path[NSX_PATH_BYTES];

	return is_of_type(nsx_needing_below(path, dir, name), 0040000);
}

bool nsx_needing_is_shared(const char *prefix)
{
	return nsx_text_same(prefix, "/") || nsx_text_same(prefix, "/usr") ||
	       nsx_text_same(prefix, "/usr/local");
}

/* A tree that belongs to the runtime.  Of those too many the links are not looked at. */
int nsx_needing_add_home(struct nsx_needing *n, const char *dir)
{
	const char *kept;

	if (nsx_needing_covers(n, dir) || !nsx_needing_is_dir(dir, ""))
		return 0;
	if (!(kept = nsx_needing_keep(n, dir)))
		return -1;
	if (n->n_homes < sizeof(n->home) / sizeof(*n->home))
		n->home[n->n_homes++] = kept;
	return nsx_needing_add(n, dir, dir, NSX_GRAFT_OVER);
}

int nsx_needing_add_home_below(struct nsx_needing *n, const char *dir, const char *name)
{
	char path[NSX_PATH_BYTES];

	return *nsx_needing_below(path, dir, name) ? nsx_needing_add_home(n, path) : 0;
}

int nsx_needing_add_below(struct nsx_needing *n, const char *dir, const char *name,
			  enum nsx_graft_how how)
{
	char path[NSX_PATH_BYTES];

	return *nsx_needing_below(path, dir, name) ? nsx_needing_add_optional(n, path, how) : 0;
}

/* ---- JVM --------------------------------------------------------------------- */

static bool is_jvm(const char *home)
{
	return !nsx_needing_is_shared(home) &&
	       (nsx_needing_is_file(home, "/lib/modules") ||
		nsx_needing_is_file(home, "/lib/libjli.so") ||
		nsx_needing_is_file(home, "/lib/rt.jar") || nsx_needing_is_dir(home, "/jre/lib"));
}

/* The innermost directory around a program or library that looks like a JVM. */
static int add_jvm(struct nsx_needing *n, const char *path)
{
	char home[NSX_PATH_BYTES];
	struct nsx_text t = nsx_text_on(home, sizeof(home));

	nsx_text_str(&t, path);
	for (int up = 0; up < 4 && t.len > 1; up++) {
		nsx_path_up(&t);
		if (is_jvm(home))
			return nsx_needing_add_home(n, home);
	}
	return 0;
}

/* ---- what is always in the same place ---------------------------------------- */

enum {
	OF_PROGRAM = 1 << 0, /* a library of that name means nothing */
	OF_TARGET = 1 << 1,  /* configuration: what is there wins */
};

static const struct {
	char name[8];
	char path[36];
	unsigned traits;
} places[] = {
	{ "perl", "/usr/share/perl", 0 },
	{ "perl", "/usr/share/perl5", 0 },
	{ "perl", "/usr/lib/perl", 0 },
	{ "perl", "/usr/lib/perl5", 0 },
	{ "perl", "/usr/local/share/perl", 0 },
	{ "perl", "/usr/local/share/perl5", 0 },
	{ "perl", "/usr/local/lib/perl5", 0 },
	{ "perl", "/etc/perl", 0 },
	{ "node", "/usr/share/nodejs", 0 },
	{ "node", "/usr/share/node_modules", 0 },
	{ "node", "/usr/lib/nodejs", 0 },
	{ "ruby", "/usr/lib/ruby", 0 },
	{ "ruby", "/usr/share/ruby", 0 },
	{ "ruby", "/usr/share/rubygems-integration", 0 },
	{ "ruby", "/var/lib/gems", 0 },
	{ "tcl", "/usr/share/tcltk", 0 },
	{ "tclsh", "/usr/share/tcltk", OF_PROGRAM },
	{ "gdb", "/etc/gdb", OF_PROGRAM | OF_TARGET },
	{ "git", "/usr/lib/git-core", OF_PROGRAM },
	{ "git", "/usr/libexec/git-core", OF_PROGRAM },
	{ "git", "/usr/share/git-core", OF_PROGRAM },
	{ "ip", "/etc/iproute2", OF_PROGRAM | OF_TARGET },
	{ "ss", "/etc/iproute2", OF_PROGRAM | OF_TARGET },
	{ "tc", "/etc/iproute2", OF_PROGRAM | OF_TARGET },
	{ "tc", "/usr/lib/tc", OF_PROGRAM },
};

static int add_places(struct nsx_needing *n, const char *base, bool is_library)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		const unsigned traits = places[i].traits;
		const enum nsx_graft_how how =
			traits & OF_TARGET ? NSX_GRAFT_IF_NONE : NSX_GRAFT_OVER;

		if ((is_library && (traits & OF_PROGRAM)) || !nsx_needing_is(base, places[i].name))
			continue;
		if (nsx_needing_add_optional(n, places[i].path, how) < 0)
			return -1;
	}
	return 0;
}

/* The directory around "bin" of a program; empty: there is none. */
static void put_prefix(struct nsx_text *t, const char *program)
{
	const char *dir;

	nsx_text_str(t, program);
	nsx_path_up(t);
	dir = nsx_path_base(t->buf);
	if (nsx_text_same(dir, "bin") || nsx_text_same(dir, "sbin")) {
		nsx_path_up(t);
		if (t->len == 1) /* "/bin", where it is no link */
			nsx_text_str(t, "usr");
		return;
	}
	t->len = 0;
	t->buf[0] = '\0';
}

/* What is in a home that is listed is there already. */
static int add_of_prefix(struct nsx_needing *n, const char *prefix, const char *name)
{
	char share[NSX_PATH_BYTES], below_share[300];
	struct nsx_text t = nsx_text_on(below_share, sizeof(below_share));

	if (nsx_needing_is(name, "node") &&
	    nsx_needing_add_below(n, prefix, "/lib/node_modules", NSX_GRAFT_OVER) < 0)
		return -1;
	/* A Perl of its own has its modules there, by its version alone. */
	if (nsx_needing_is(name, "perl") && !nsx_needing_is_shared(prefix) &&
	    nsx_needing_add_home_below(n, prefix, "/lib") < 0)
		return -1;
	nsx_text_str(&t, "/");
	nsx_text_str(&t, name);
	return t.cut ? 0
		     : nsx_needing_add_below(n, nsx_needing_below(share, prefix, "/share"),
					     below_share, NSX_GRAFT_OVER);
}

/*
 * Where each package has a directory of its own, what a program opens later may be in any
 * of them.  The target's may be there as well: no two of them have the same name.
 */
static int add_store(struct nsx_needing *n, const char *path)
{
	static const char stores[][12] = { "/nix/store", "/gnu/store" };

	for (size_t i = 0; i < sizeof(stores) / sizeof(*stores); i++)
		if (nsx_path_within(path, stores[i]) && !nsx_needing_covers(n, stores[i]))
			return nsx_needing_add(n, stores[i], stores[i], NSX_GRAFT_MERGE);
	return 0;
}

static int add_of_program(struct nsx_needing *n, const struct nsx_needing_program *p)
{
	const char *base = nsx_path_base(p->real), *called = nsx_path_base(p->named);
	char prefix[NSX_PATH_BYTES];
	struct nsx_text t = nsx_text_on(prefix, sizeof(prefix));
	const size_t before = n->g->n;

	if (p->elf.kind == NSX_ELF_DYNAMIC && add_jvm(n, p->real) < 0)
		return -1;
	if (n->g->n > before)
		return 0; /* "/usr/share/java" is another matter */
	if (nsx_text_after(base, "python") &&
	    (nsx_needing_python(n, p->real) < 0 || nsx_needing_venv(n, p->named, p->real) < 0))
		return -1;
	put_prefix(&t, p->real);
	if (add_places(n, base, false) < 0)
		return -1;
	if (!*prefix)
		return 0;
	if (add_of_prefix(n, prefix, base) < 0)
		return -1;
	return nsx_text_same(base, called) ? 0 : add_of_prefix(n, prefix, called);
}

static int add_of_library(struct nsx_needing *n, const char *library)
{
	const char *base = nsx_path_base(library);
	char real[NSX_PATH_BYTES];

	if (nsx_path_real(library, real) < 0)
		return 0;
	if (add_store(n, real) < 0)
		return -1;
	if (nsx_text_same(base, "libjvm.so") && add_jvm(n, real) < 0)
		return -1;
	if (nsx_needing_is(base, "python") && nsx_needing_python(n, real) < 0)
		return -1;
	return add_places(n, base, true);
}

int nsx_needing_homes(struct nsx_needing *n)
{
	for (size_t i = 0; i < n->n_programs; i++)
		if (add_store(n, n->program[i].real) < 0)
			return -1;
	for (size_t i = 0; i < n->n_programs; i++)
		if (add_of_program(n, &n->program[i]) < 0)
			return -1;
	for (size_t i = 0; i < n->n_libraries; i++)
		if (add_of_library(n, n->library[i]) < 0)
			return -1;
	return 0;
}
