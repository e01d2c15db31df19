/* SPDX-License-Identifier: Apache-2.0 */
#include "search.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static char dir[] = "/tmp/nsexec-unit.XXXXXX";
static char found[64];

static void values_are_found(void)
{
	char *env[] = { "A=1", "PATHX=2", "PATH", "PATH=3", "PATH=4", "E=", NULL };

	check_text(nsx_env_get(env, "PATH"), "3");
	check_text(nsx_env_get(env, "A"), "1");
	check_text(nsx_env_get(env, "E"), "");
	check_text(nsx_env_get(env, "B"), NULL);
	check_text(nsx_env_get(env + 6, "A"), NULL);
}

static void path_is_cut_at_colons(void)
{
	char buf[16];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));
	const char *rest = nsx_search_next("/a::b", "x", &t);

	check_text(buf, "/a/x");
	t = nsx_text_on(buf, sizeof(buf));
	rest = nsx_search_next(rest, "x", &t);
	check_text(buf, "x");
	t = nsx_text_on(buf, sizeof(buf));
	rest = nsx_search_next(rest, "x", &t);
	check_text(buf, "b/x");
	check_text(rest, NULL);
	t = nsx_text_on(buf, sizeof(buf));
	rest = nsx_search_next("", "x", &t);
	check_text(buf, "x");
	check_text(rest, NULL);
	t = nsx_text_on(buf, sizeof(buf));
	(void)nsx_search_next("/a/very/long/name", "x", &t);
	check(t.cut);
}

static int search(const char *name, const char *path)
{
	char variable[128], *env[] = { variable, NULL };

	(void)snprintf(variable, sizeof(variable), "PATH=%s", path ? path : "");
	memset(found, 0x55, sizeof(found));
	return nsx_search(name, path ? env : env + 1, found, sizeof(found));
}

static void make_files(void)
{
	static const char *const names[] = { "one", "two", "two/directory" };
	static const struct {
		const char *name;
		mode_t mode;
	} files[] = {
		{ "two/program", 0755 }, { "one/forbidden", 0644 }, { "two/forbidden", 0755 },
		{ "two/useless", 0644 }, { "one/directory", 0755 },
	};

	check(mkdtemp(dir) && chdir(dir) == 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		check_int(mkdir(names[i], 0755), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		FILE *file = fopen(files[i].name, "we");

		if (check(file != NULL))
			(void)fclose(file);
		check_int(chmod(files[i].name, files[i].mode), 0);
	}
}

static void directories_are_searched_in_order(void)
{
	check_int(search("program", "one:two"), 0);
	check_text(found, "two/program");
	check_int(search("program", "two:one"), 0);
	check_text(found, "two/program");
	check_int(search("forbidden", "one:two"), 0); /* the first that may be executed */
	check_text(found, "two/forbidden");
	check_int(search("directory", "two:one"), 0); /* a directory is no program */
	check_text(found, "one/directory");
	check_int(search("sh", NULL), 0);
	check_text(found, "/bin/sh");
}

static void why_there_is_none_is_told(void)
{
	check_int(search("nosuch", "one:two"), -ENOENT);
	check_int(search("useless", "one:two"), -EACCES);
	check_int(search("useless", "two:nosuch"), -EACCES); /* not what the last one says */
	check_int(search("directory", "two"), -EACCES);
	check_int(search("program", "one"), -ENOENT);
	check_int(search("program", ""), -ENOENT);
	check_int(
		search("program", "/a/directory/with/a/name/that/is/longer/than/what/is/taken:two"),
		0);
}

static void a_path_is_not_searched_for(void)
{
	check_int(search("two/program", "one"), 0);
	check_text(found, "two/program");
	check_int(search("./two/program", NULL), 0);
	check_int(search("two/useless", "one"), -EACCES);
	check_int(search("./program", "two"), -ENOENT);
}

static void remove_files(void)
{
	static const char *const names[] = { "two/program", "one/forbidden", "two/forbidden",
					     "two/useless", "one/directory", "two/directory",
					     "one",	    "two",	     dir };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		check_int(remove(names[i]), 0);
}

int main(void)
{
	unit("there are files to look for", make_files);
	unit("values are found in the environment", values_are_found);
	unit("PATH is cut at its colons", path_is_cut_at_colons);
	unit("directories are searched in order", directories_are_searched_in_order);
	unit("why there is none is told", why_there_is_none_is_told);
	unit("a name with a slash is not searched for", a_path_is_not_searched_for);
	unit("the files are gone again", remove_files);
	return unit_end();
}
