/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "needing.h"
#include "sys_process.h"
#include "unit.h"

extern char **environ;

static void words_of_a_loader_are_understood(void)
{
	static const struct {
		const char *line;
		enum nsx_needing_line want;
		const char *what;
	} rows[] = {
		{ "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f0a)", NSX_LINE_LIBRARY,
		  "/lib/x86_64-linux-gnu/libc.so.6" },
		{ "\t/lib64/ld-linux-x86-64.so.2 (0x00007f0a)", NSX_LINE_LIBRARY,
		  "/lib64/ld-linux-x86-64.so.2" },
		{ "\tlibc.so => /lib/ld-musl-x86_64.so.1 (0x7f0a)", NSX_LINE_LIBRARY,
		  "/lib/ld-musl-x86_64.so.1" },
		{ "libx.so => ./libx.so (0x1)", NSX_LINE_LIBRARY, "./libx.so" },
		{ "libx.so => /a b/(0x1)/libx.so (0x1)", NSX_LINE_LIBRARY, "/a b/(0x1)/libx.so" },
		{ "libx.so => /a => /b (0x1)", NSX_LINE_LIBRARY, "/a => /b" },
		{ "\tlinux-vdso.so.1 (0x00007ffd)", NSX_LINE_OTHER, "linux-vdso.so.1" },
		{ "\tlibnone.so.1 => not found", NSX_LINE_MISSING, "libnone.so.1" },
		{ "Error loading shared library libnone.so: No such file (needed by /p)",
		  NSX_LINE_MISSING, "libnone.so" },
		{ "Error loading shared library libnone.so", NSX_LINE_OTHER,
		  "Error loading shared library libnone.so" },
		{ "/p: error while loading shared libraries: libnone.so: cannot open shared object "
		  "file: No such file or directory",
		  NSX_LINE_MISSING, "libnone.so" },
		{ "\tstatically linked", NSX_LINE_OTHER, "statically linked" },
		{ "\t\tlibc.so.6 (GLIBC_2.4) => /lib/libc.so.6", NSX_LINE_OTHER, NULL },
		{ "/p: error while loading shared libraries: /p: invalid ELF header",
		  NSX_LINE_OTHER,
		  "/p: error while loading shared libraries: /p: invalid ELF header" },
		{ "", NSX_LINE_OTHER, "" },
		{ " \t ", NSX_LINE_OTHER, "" },
		{ " => ", NSX_LINE_OTHER, "=>" },
		{ "a => ", NSX_LINE_OTHER, "a =>" },
		{ "a => (0x1)", NSX_LINE_OTHER, NULL },
		{ "a => /b (0x)", NSX_LINE_OTHER, NULL },
		{ "a => /b (0x1", NSX_LINE_OTHER, NULL },
		{ "a => /b (0x1g)", NSX_LINE_OTHER, NULL },
		{ "a => /b(0x1)", NSX_LINE_OTHER, NULL },
		{ ")", NSX_LINE_OTHER, ")" },
		{ "(0x1)", NSX_LINE_OTHER, "(0x1)" },
		{ " (0x1)", NSX_LINE_OTHER, "(0x1)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char line[160];
		const char *what = NULL;

		unit_case = rows[i].line;
		(void)snprintf(line, sizeof(line), "%s", rows[i].line);
		check_int(nsx_needing_line(line, &what), rows[i].want);
		if (rows[i].what)
			check_text(what, rows[i].what);
		check(what >= line && what < line + sizeof(line));
	}
}

static void what_env_executes_is_read_as_env_reads_it(void)
{
	static const struct {
		const char *argument, *want; /* "": not known */
	} rows[] = {
		{ "sh", "sh" },
		{ "-S sh -e", "sh" },
		{ "-Ssh", "sh" },
		{ "--split-string=sh -e", "sh" },
		{ "--split-string sh", "sh" },
		{ "-vS sh", "sh" },
		{ "-iS sh", "sh" },
		{ "-S -i sh", "sh" },
		{ "-S - sh", "sh" },
		{ "-S A=1 B=\"x y\" sh", "sh" },
		{ "-S -u FOO sh", "sh" },
		{ "-S -uFOO sh", "sh" },
		{ "-S -iu FOO sh", "sh" },
		{ "-S -C /tmp -- sh", "sh" },
		{ "-S --unset FOO --chdir=/ sh", "sh" },
		{ "-S --unset=FOO --ignore-environment sh", "sh" },
		{ "-S \"sh\" -e", "sh" },
		{ "-S '/a b/sh' -e", "/a b/sh" },
		{ "-S '\\' x", "\\" },
		{ "-S \"a\\\"b\"", "a\"b" },
		{ "-S '$x'", "" },
		{ "-S ${HOME}/sh", "" },
		{ "-S A=$x sh", "sh" },
		{ "-S 'sh", "" },
		{ "-S # sh", "" },
		{ "-S -u", "" },
		{ "-S", "" },
		{ "", "" },
	};
	char name[NSX_ELF_INTERPRETER_BYTES];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const bool known = nsx_needing_env_name(rows[i].argument, name);

		check_text(known ? name : "", rows[i].want);
	}
}

static void whole_directories_are_those_of_the_system(void)
{
	static const struct {
		const char *dir;
		enum nsx_needing_libdir want;
	} rows[] = {
		{ "/lib", NSX_LIBDIR_TOP },
		{ "/usr/lib", NSX_LIBDIR_TOP },
		{ "/usr/local/lib", NSX_LIBDIR_TOP },
		{ "/lib64", NSX_LIBDIR_WHOLE },
		{ "/usr/lib64", NSX_LIBDIR_WHOLE },
		{ "/usr/lib/x86_64-linux-gnu", NSX_LIBDIR_WHOLE },
		{ "/usr/lib/x86_64-linux-gnu/libfakeroot", NSX_LIBDIR_WHOLE },
		{ "/libx32", NSX_LIBDIR_WHOLE },
		{ "/usr/local/lib/a", NSX_LIBDIR_WHOLE },
		{ "/", NSX_LIBDIR_NONE },
		{ "/usr", NSX_LIBDIR_NONE },
		{ "/usr/local", NSX_LIBDIR_NONE },
		{ "/usr/libexec", NSX_LIBDIR_NONE },
		{ "/library", NSX_LIBDIR_NONE },
		{ "/opt/lib", NSX_LIBDIR_NONE },
		{ "/usr/opt/lib", NSX_LIBDIR_NONE },
		{ "/usrlib", NSX_LIBDIR_NONE },
		{ "/usr/usr/lib", NSX_LIBDIR_NONE },
		{ "/local/lib", NSX_LIBDIR_NONE },
		{ "/home/u/lib/x86_64-linux-gnu", NSX_LIBDIR_NONE },
		{ "", NSX_LIBDIR_NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unit_case = rows[i].dir;
		check_int(nsx_needing_libdir(rows[i].dir), rows[i].want);
	}
}

static void runtimes_are_known_by_name(void)
{
	check(nsx_needing_is("perl", "perl"));
	check(nsx_needing_is("perl5.36.0", "perl"));
	check(nsx_needing_is("libpython3.11.so.1.0", "python"));
	check(nsx_needing_is("libperl.so.5.36", "perl"));
	check(!nsx_needing_is("ssh", "ss"));
	check(!nsx_needing_is("perldoc", "perl"));
	check(!nsx_needing_is("per", "perl"));
	check(!nsx_needing_is("", "perl"));
}

/* ---- links ------------------------------------------------------------------- */

static char dir[] = "/tmp/nsexec-unit.XXXXXX";
static struct nsx_grafts grafts;
static struct nsx_needing needing;
static struct nsx_error error;

static const char *in_dir(const char *name)
{
	static char path[4][128];
	static unsigned next;
	char *out = path[next++ % 4];

	(void)snprintf(out, sizeof(*path), "%s/%s", dir, name);
	return out;
}

static void make(const char *name, const char *link)
{
	FILE *file;

	if (link)
		check_int(symlink(link, in_dir(name)), 0);
	else if (name[strlen(name) - 1] == '/')
		check_int(mkdir(in_dir(name), 0755), 0);
	else if (check((file = fopen(in_dir(name), "we")) != NULL))
		(void)fclose(file);
}

static void begin(const char *tree)
{
	memset(&error, 0, sizeof(error));
	nsx_grafts_init(&grafts);
	needing.envp = environ;
	needing.g = &grafts;
	needing.e = &error;
	needing.first = needing.n_programs = needing.n_libraries = needing.used = 0;
	needing.home[0] = tree;
	needing.n_homes = 1;
	check_int(nsx_needing_add(&needing, tree, tree, NSX_GRAFT_OVER), 0);
}

static void there_are_trees(void)
{
	if (!check(mkdtemp(dir) != NULL))
		return;
	make("home/", NULL);
	make("home/a/", NULL);
	make("home/file", NULL);
	make("out", NULL);
	make("home/inside", "a/../file");
	make("home/a/outside", "../../alternative");
	make("alternative", "out");
	make("home/dangling", "../nosuch");
	make("home/round", "round");
	make("home/back", "../back");
	make("back", "home/file");
}

static void links_are_followed_out_of_a_tree_and_no_further(void)
{
	begin(in_dir("home"));
	check_int(nsx_needing_links(&needing), 0);
	check_int(grafts.n, 3);
	for (size_t i = 1; i < grafts.n; i++) {
		const char *name = nsx_path_base(grafts.at[i].to);

		check(!strcmp(name, "alternative") || !strcmp(name, "back"));
		check(grafts.at[i].optional);
	}
}

static void a_file_is_listed_where_its_link_leads_to(void)
{
	begin(in_dir("home"));
	check_int(nsx_needing_add_file(&needing, in_dir("home/file")), 0);
	check_int(nsx_needing_add_file(&needing, in_dir("home/inside")), 0);
	check_int(grafts.n, 1);
	check_int(nsx_needing_add_file(&needing, in_dir("home/a/outside")), 0);
	if (!check_int(grafts.n, 2))
		return;
	check_text(grafts.at[1].to, in_dir("alternative"));
	check_text(grafts.at[1].from, in_dir("out"));
	check_int(nsx_needing_add_file(&needing, in_dir("out")), 0);
	check_int(grafts.n, 3);
	check_int(nsx_needing_add_file(&needing, in_dir("nosuch")), -1);
	check_int(error.err, ENOENT);
}

static void trees_are_gone_again(void)
{
	static const char *const names[] = {
		"home/back",   "home/round", "home/dangling", "home/a/outside",
		"home/inside", "home/file",  "home/a",	      "home",
		"alternative", "out",	     "back",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		check_int(remove(in_dir(names[i])), 0);
	check_int(rmdir(dir), 0);
}

/* ---- all of it --------------------------------------------------------------- */

static int count_descriptors(void)
{
	DIR *fds = opendir("/proc/self/fd");
	int n = 0;

	while (fds && readdir(fds))
		n++;
	if (fds)
		(void)closedir(fds);
	return n;
}

static void nothing_is_left_open(void)
{
	static struct nsx_needs needs;
	const int before = count_descriptors();
	int status;

	memset(&error, 0, sizeof(error));
	nsx_needs_init(&needs);
	nsx_grafts_init(&grafts);
	check_int(nsx_needs_program("/proc/self/exe", environ, &needs, &error), 0);
	check_int(needs.elf.kind, NSX_ELF_DYNAMIC);
	check_int(nsx_needs_grafts(&needs, environ, &grafts, &error), 0);
	check(grafts.n > 3);
	nsx_needs_close(&needs);
	check_int(count_descriptors(), before);
	check_int(nsx_sys_wait(-1, &status, NSX_WAIT_ALL), -ECHILD);
}

static void what_is_listed_already_is_not_touched(void)
{
	static struct nsx_needs needs;

	memset(&error, 0, sizeof(error));
	nsx_needs_init(&needs);
	nsx_grafts_init(&grafts);
	check(nsx_grafts_add(&grafts, "/mine", "/usr", NSX_GRAFT_OVER, &error) != NULL);
	check(nsx_grafts_add(&grafts, "/mine", "/dev/null", NSX_GRAFT_OVER, &error) != NULL);
	check_int(nsx_needs_program("/proc/self/exe", environ, &needs, &error), 0);
	check_int(nsx_needs_grafts(&needs, environ, &grafts, &error), 0);
	nsx_needs_close(&needs);
	check_text(grafts.at[0].to, "/usr");
	check_text(grafts.at[1].from, "/mine");
	check(!grafts.at[1].optional && grafts.at[1].how == NSX_GRAFT_OVER);
}

static void too_much_is_refused(void)
{
	static struct nsx_needs needs;

	memset(&error, 0, sizeof(error));
	nsx_needs_init(&needs);
	nsx_grafts_init(&grafts);
	grafts.used = sizeof(grafts.text) - 40;
	check_int(nsx_needs_program("/proc/self/exe", environ, &needs, &error), 0);
	check_int(nsx_needs_grafts(&needs, environ, &grafts, &error), -1);
	check_int(error.step, NSX_STEP_GRAFT);
	check_int(error.err, E2BIG);
	nsx_needs_close(&needs);
}

int main(void)
{
	unit("the words of a loader are understood", words_of_a_loader_are_understood);
	unit("what env(1) executes is read as env reads it",
	     what_env_executes_is_read_as_env_reads_it);
	unit("whole directories are those of the system",
	     whole_directories_are_those_of_the_system);
	unit("runtimes are known by name", runtimes_are_known_by_name);
	unit("there are trees", there_are_trees);
	unit("links are followed out of a tree, and no further",
	     links_are_followed_out_of_a_tree_and_no_further);
	unit("a file is listed where its link leads to", a_file_is_listed_where_its_link_leads_to);
	unit("the trees are gone again", trees_are_gone_again);
	unit("nothing is left open, and no process", nothing_is_left_open);
	unit("what is listed already is not touched", what_is_listed_already_is_not_touched);
	unit("too much is refused", too_much_is_refused);
	return unit_end();
}
