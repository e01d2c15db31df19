/* SPDX-License-Identifier: Apache-2.0 */
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "unit.h"

static void absolute_paths_are_put_plainly(void)
{
	static const struct {
		const char *dir, *path, *want;
	} rows[] = {
		{ "/a", "/b/c", "/b/c" },
		{ "/a", "b", "/a/b" },
		{ "/", "b", "/b" },
		{ "/a/b", "../c", "/a/c" },
		{ "/a", "../../../c", "/c" },
		{ "/a", "/", "/" },
		{ "/a", "", "/a" },
		{ "/a", ".", "/a" },
		{ "/a//b/", ".//./c/", "/a/b/c" },
		{ "/a", "..", "/" },
		{ "/a", "...", "/a/..." },
		{ "/a", "/b/../lib/./x.so", "/lib/x.so" },
		{ "/a", "/.b/..c", "/.b/..c" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char buf[64];
		struct nsx_text t = nsx_text_on(buf, sizeof(buf));

		unit_case = rows[i].path;
		nsx_path_put(&t, rows[i].dir, rows[i].path);
		check_text(buf, rows[i].want);
		check_int(t.len, strlen(buf));
		check(!t.cut);
	}
}

static void what_does_not_fit_is_told(void)
{
	char buf[8];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_path_put(&t, "/", "/long/and/../longer");
	check(t.cut);
	check(strlen(buf) < sizeof(buf));
}

static void components_are_taken_away(void)
{
	char buf[32];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_str(&t, "/a/b//c");
	nsx_path_up(&t);
	check_text(buf, "/a/b");
	nsx_path_up(&t);
	check_text(buf, "/a");
	nsx_path_up(&t);
	check_text(buf, "/");
	nsx_path_up(&t);
	check_text(buf, "/");
	check_text(nsx_path_base("/a/b"), "b");
	check_text(nsx_path_base("/a/"), "");
	check_text(nsx_path_base("a"), "a");
}

static void a_path_is_within_a_directory_by_whole_names(void)
{
	check(nsx_path_within("/usr/lib/a", "/usr/lib"));
	check(nsx_path_within("/usr/lib", "/usr/lib"));
	check(!nsx_path_within("/usr/lib64", "/usr/lib"));
	check(!nsx_path_within("/usr", "/usr/lib"));
	check(nsx_path_within("/usr", "/"));
	check(nsx_path_within("/", "/"));
}

static void open_files_have_a_path(void)
{
	char path[NSX_PATH_BYTES], cwd[NSX_PATH_BYTES];
	const int fd = open("/proc/../dev/./null", O_RDONLY | O_CLOEXEC);
	int ends[2];

	check_int(nsx_path_of_fd(fd, path), 0);
	check_text(path, "/dev/null");
	(void)close(fd);
	check_int(nsx_path_of_fd(fd, path), -ENOENT);
	check_int(nsx_path_real("/dev/../dev/null", path), 0);
	check_text(path, "/dev/null");
	check_int(nsx_path_real("/nosuch", path), -ENOENT);
	check_int(pipe(ends), 0);
	check_int(nsx_path_of_fd(ends[0], path), -ENOENT); /* "pipe:[1]" */
	(void)close(ends[0]);
	(void)close(ends[1]);
	check_int(nsx_path_cwd(path), 0);
	check_text(path, getcwd(cwd, sizeof(cwd)));
}

int main(void)
{
	unit("absolute paths are put plainly", absolute_paths_are_put_plainly);
	unit("what does not fit is told", what_does_not_fit_is_told);
	unit("components are taken away", components_are_taken_away);
	unit("a path is within a directory by whole names",
	     a_path_is_within_a_directory_by_whole_names);
	unit("open files have a path", open_files_have_a_path);
	return unit_end();
}
