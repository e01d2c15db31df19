/* SPDX-License-Identifier: Apache-2.0 */
#include "handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static char dir[] = "/tmp/nsexec-unit.XXXXXX";
static struct nsx_error error;
static char text[8192];

/* Below the scratch directory. */
static const char *path_of(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void make_file(const char *name, const char *content, mode_t mode)
{
	FILE *file = fopen(path_of(name), "we");

	check(file != NULL);
	if (!file)
		return;
	(void)fputs(content, file);
	(void)fclose(file);
	check_int(chmod(path_of(name), mode), 0);
}

static void make_files(void)
{
	check(mkdtemp(dir) != NULL);
	check_int(mkdir(path_of("one"), 0755), 0);
	check_int(mkdir(path_of("two"), 0755), 0);
	check_int(mkdir(path_of("two/directory"), 0755), 0);
	make_file("two/program", "#!/bin/sh\necho \"program $*\"\n", 0755);
	make_file("two/script", "echo \"script $*\"\n", 0755);
	make_file("one/forbidden", "#!/bin/sh\necho never\n", 0644);
	make_file("two/forbidden", "#!/bin/sh\necho forbidden\n", 0755);
	make_file("two/useless", "#!/bin/sh\n", 0644);
	make_file("two/orphan", "#!/nosuch/interpreter\n", 0755);
	make_file("plain", "#!/bin/sh\necho plain\n", 0755);
}

/*
 * Execute the words of @line in a child with PATH=@path, where DIR stands for the
 * scratch directory.  Return: what it printed, or the error's status and text.
 */
static void be_child(char *line, const char *path)
{
	char *words[8] = { NULL }, variable[8192], *save = NULL, *env[] = { variable, NULL };
	size_t n = 1;

	for (char *w = strtok_r(line, " ", &save); w && n < 7; w = strtok_r(NULL, " ", &save))
		words[n++] = strcmp(w, "_") ? w : w + 1;
	(void)snprintf(variable, sizeof(variable), "PATH=%s", path ? path : "");
	memset(&error, 0, sizeof(error));
	(void)nsx_handoff_exec(words + 1, path ? env : env + 1, &error);
	nsx_error_text(&error, text, sizeof(text));
	(void)printf("%d %s\n", nsx_error_status(&error), text);
	(void)fflush(stdout);
	_exit(0);
}

static const char *executed(const char *line, const char *path)
{
	char copy[256];
	int fds[2], child;
	ssize_t n;

	(void)snprintf(copy, sizeof(copy), "%s", line);
	check_int(pipe2(fds, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		if (chdir(dir) < 0 || dup2(fds[1], 1) < 0)
			_exit(1);
		be_child(copy, path);
	}
	(void)close(fds[1]);
	n = read(fds[0], text, sizeof(text) - 1);
	(void)close(fds[0]);
	(void)waitpid(child, NULL, 0);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static const char both[] = "one:two";

static void path_is_searched_in_order(void)
{
	check_text(executed("program a b", both), "program a b\n");
	check_text(executed("program", "two"), "program \n");
	check_text(executed("program", "nosuch:plain:two"), "program \n");
	check_text(executed("forbidden", both), "forbidden\n"); /* not the first that is there */
}

static void empty_directory_is_the_current_one(void)
{
	check_text(executed("plain", ":one"), "plain\n");
	check_text(executed("plain", "one:"), "plain\n");
	check_text(executed("plain", "one::two"), "plain\n");
	check_text(executed("plain", ""), "plain\n");
}

static void name_with_slash_is_not_searched(void)
{
	check_text(executed("two/program x", "nosuch"), "program x\n");
	check_text(executed("./plain", ""), "plain\n");
	check_text(executed("one/program", "two"),
		   "127 exec one/program: ENOENT No such file or directory\n");
}

static void file_without_interpreter_is_a_script(void)
{
	check_text(executed("script a b", both), "script a b\n");
	check_text(executed("two/script c", ""), "script c\n");
}

static void not_found_is_127(void)
{
	check_text(executed("nosuch", both), "127 exec nosuch: ENOENT No such file or directory\n");
	check_text(executed("nosuch", NULL), /* /bin and /usr/bin */
		   "127 exec nosuch: ENOENT No such file or directory\n");
	check_text(executed("plain/x", ""), "127 exec plain/x: ENOTDIR Not a directory\n");
	check_text(executed("_", both),
		   "127 exec an empty name: ENOENT No such file or directory\n");
}

static void found_but_useless_is_126(void)
{
	check_text(executed("useless", both), "126 exec useless: EACCES Permission denied\n");
	check_text(executed("directory", both), "126 exec directory: EACCES Permission denied\n");
	check_text(executed("two/directory", ""),
		   "126 exec two/directory: EACCES Permission denied\n");
	check_text(executed("orphan", both), "126 exec orphan: ENOENT No such file or directory\n");
	check_text(executed("two/orphan", ""),
		   "126 exec two/orphan: ENOENT No such file or directory\n");
}

static void without_path_there_is_a_default(void)
{
	check_text(executed("echo hello", NULL), "hello\n");
}

static void long_entry_is_passed_over(void)
{
	static char path[6000];

	memset(path, 'x', 5000);
	(void)snprintf(path + 5000, sizeof(path) - 5000, ":two");
	check_text(executed("program", path), "program \n");
	path[5000] = '\0';
	check_text(executed("program", path),
		   "127 exec program: ENOENT No such file or directory\n");
}

static void host_must_be_there(void)
{
	struct nsx_host host;
	struct nsx_error e = { 0 };

	nsx_host_remember(&host);
	check(host.exe[0] == '/');
	check_int(nsx_host_check(&host, &e), 0);
	(void)snprintf(host.exe, sizeof(host.exe), "/nosuch/host");
	check_int(nsx_host_check(&host, &e), -1);
	nsx_error_text(&e, text, sizeof(text));
	check_text(text, "check host program in the target's mounts (/nosuch/host): "
			 "ENOENT No such file or directory");
	check_int(e.hint, NSX_HINT_HOST_FILE);
	(void)snprintf(host.exe, sizeof(host.exe), "/nosuch/host (deleted)");
	check_int(nsx_host_check(&host, &(struct nsx_error){ 0 }), 0);
	host.exe[0] = '\0';
	check_int(nsx_host_check(&host, &(struct nsx_error){ 0 }), 0);
}

static void clean_up(void)
{
	static const char *const files[] = { "two/program",
					     "two/script",
					     "one/forbidden",
					     "two/forbidden",
					     "two/useless",
					     "two/orphan",
					     "plain",
					     "two/directory",
					     "one",
					     "two",
					     "." };

	for (size_t i = 0; i + 1 < sizeof(files) / sizeof(*files); i++)
		(void)remove(path_of(files[i]));
	(void)rmdir(dir);
}

int main(void)
{
	make_files();
	unit("PATH is searched in order", path_is_searched_in_order);
	unit("an empty entry of PATH is the current directory", empty_directory_is_the_current_one);
	unit("a name with a slash is not searched for", name_with_slash_is_not_searched);
	unit("a file that names no interpreter is a shell script",
	     file_without_interpreter_is_a_script);
	unit("what is not there is 127", not_found_is_127);
	unit("what is there but cannot be executed is 126", found_but_useless_is_126);
	unit("without PATH there is a default", without_path_there_is_a_default);
	unit("an entry of PATH that is too long is passed over", long_entry_is_passed_over);
	unit("a host must be there after the move", host_must_be_there);
	clean_up();
	return unit_end();
}
