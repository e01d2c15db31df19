/* SPDX-License-Identifier: Apache-2.0 */
#include "fd.h"
#include "lines.h"
#include "needing.h"

/* "/lib/python3.11" of "python3.11", "libpython3.6m.so.1.0"; empty: there is no version. */
static void put_python_lib(struct nsx_text *t, const char *lib, const char *base)
{
	const char *version = nsx_text_after(base, "lib");
	size_t len = 0, dots = 0;

	version = nsx_text_after(version ? version : base, "python");
	while (version && ((version[len] >= '0' && version[len] <= '9') ||
			   (version[len] == '.' && version[len + 1] >= '0' &&
			    version[len + 1] <= '9' && dots++ == 0)))
		len++;
	if (!dots)
		return;
	nsx_text_str(t, lib);
	nsx_text_str(t, "/python");
	nsx_text_bytes(t, version, len);
}

/*
 * What was installed beside a system's Python.  Not all of the directory: the target's own
 * Python may be there.
 */
static int add_python_packages(struct nsx_needing *n, const char *lib)
{
	static const char names[][16] = { "/dist-packages", "/site-packages" };
	char dir[NSX_PATH_BYTES];

	nsx_needing_below(dir, "/usr/local", lib);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (nsx_needing_add_below(n, dir, names[i], NSX_GRAFT_OVER) < 0)
			return -1;
	return nsx_needing_add_optional(n, "/usr/lib/python3", NSX_GRAFT_OVER);
}

static int add_python_prefix(struct nsx_needing *n, const char *prefix, const char *lib)
{
	if (nsx_needing_is_dir(prefix, "/conda-meta") && !nsx_needing_is_shared(prefix))
		return nsx_needing_add_home(n, prefix);
	/* Modules of it may want the libraries that lie beside it. */
	if (!nsx_needing_is_shared(prefix))
		return nsx_needing_add_home_below(
			n, prefix, nsx_text_after(lib, "/lib64/") ? "/lib64" : "/lib");
	if (nsx_needing_add_home_below(n, prefix, lib) < 0)
		return -1;
	return add_python_packages(n, lib);
}

int nsx_needing_python(struct nsx_needing *n, const char *path)
{
	static const char libs[][8] = { "/lib", "/lib64" };
	char prefix[NSX_PATH_BYTES], lib[64];

	for (size_t i = 0; i < sizeof(libs) / sizeof(*libs); i++) {
		struct nsx_text t = nsx_text_on(lib, sizeof(lib));

		put_python_lib(&t, libs[i], nsx_path_base(path));
		if (!*lib || t.cut)
			return 0;
		t = nsx_text_on(prefix, sizeof(prefix));
		nsx_text_str(&t, path);
		do
			nsx_path_up(&t);
		while (t.len > 1 && !nsx_needing_is_dir(prefix, lib));
		if (t.len == 1) /* "/lib/libpython3.11.so.1.0" */
			nsx_text_str(&t, "usr");
		if (nsx_needing_is_dir(prefix, lib) && add_python_prefix(n, prefix, lib) < 0)
			return -1;
	}
	return 0;
}

/* The value of "home = VALUE". */
static const char *home_of_venv(char *line)
{
	const char *rest = nsx_text_after(line, "home");

	while (rest && *rest == ' ')
		rest++;
	if (!rest || *rest++ != '=')
		return NULL;
	while (*rest == ' ')
		rest++;
	return *rest == '/' ? rest : NULL;
}

/* The Python of a venv, where the venv says that it is, is searched for the same names. */
static int add_base_of_venv(struct nsx_needing *n, const char *venv, const char *real)
{
	char path[NSX_PATH_BYTES], program[NSX_PATH_BYTES], base[256];
	struct nsx_text t = nsx_text_on(base, sizeof(base));
	struct nsx_lines lines;
	const char *home = NULL;
	char *line;
	int rc = 0;

	if (nsx_lines_open(&lines, AT_FDCWD, nsx_needing_below(path, venv, "/pyvenv.cfg")) < 0)
		return 0;
	while (!home && (line = nsx_lines_next(&lines)))
		home = home_of_venv(line);
	nsx_text_str(&t, "/");
	nsx_text_str(&t, nsx_path_base(real));
	if (home && *nsx_needing_below(program, home, base))
		rc = nsx_needing_python(n, program);
	nsx_lines_close(&lines);
	return rc;
}

/*
 * What a venv's program is a link to is looked at too, by the name that the link has, and
 * it is there if it is to be found, though what is executed is where that leads to.
 */
static int add_links_of_venv(struct nsx_needing *n, const char *found)
{
	char path[NSX_PATH_BYTES];
	struct nsx_text t = nsx_text_on(path, sizeof(path));

	nsx_text_str(&t, found);
	for (int i = 0; i < NSX_LINKS_MAX && nsx_needing_step(path); i++)
		if (nsx_needing_add_optional(n, path, NSX_GRAFT_IF_NONE) < 0)
			return -1;
	return 0;
}

int nsx_needing_venv(struct nsx_needing *n, const char *found, const char *real)
{
	char venv[NSX_PATH_BYTES];
	struct nsx_text t = nsx_text_on(venv, sizeof(venv));

	nsx_text_str(&t, found);
	for (int up = 0; up < 2; up++) {
		nsx_path_up(&t);
		if (!nsx_needing_is_file(venv, "/pyvenv.cfg"))
			continue;
		if (nsx_needing_add_home(n, venv) < 0 || add_base_of_venv(n, venv, real) < 0)
			return -1;
		return add_links_of_venv(n, found);
	}
	return 0;
}
