/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroups.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lines.h"
#include "unit.h"

static struct nsx_cgroup_mount mount;

static bool parse(const char *line)
{
	static char buf[1024];

	unit_case = line;
	(void)snprintf(buf, sizeof(buf), "%s", line);
	memset(&mount, 0x55, sizeof(mount));
	return nsx_cgroup_mount_parse(buf, &mount);
}

static void mounts_are_understood(void)
{
	check(parse(
		"41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate"));
	check(mount.unified);
	check(mount.dev == makedev(0, 38));
	check_text(mount.root, "/");
	check_text(mount.point, "/sys/fs/cgroup/unified");
	check_text(mount.options, "rw,nsdelegate");

	check(parse(
		"32 31 0:300 /a /sys/fs/cgroup/cpu rw shared:1 master:2 - cgroup none rw,cpu,cpuacct"));
	check(!mount.unified);
	check(mount.dev == makedev(0, 300));
	check_text(mount.root, "/a");
	check_text(mount.options, "rw,cpu,cpuacct");

	check(parse("1 2 4095:1048575 /.. /x - - cgroup2 - -"));
	check(mount.dev == makedev(4095, 1048575));
	check_text(mount.root, "/..");
}

static void escapes_stand_for_bytes(void)
{
	check(parse("1 2 0:1 /a\\040b /c\\134\\011d\\ rw - cgroup2 x rw"));
	check_text(mount.root, "/a b");
	check_text(mount.point, "/c\\\td\\");
	check(parse("1 2 0:1 /\\08 /\\1 rw - cgroup2 x rw")); /* none of these is one */
	check_text(mount.root, "/\\08");
	check_text(mount.point, "/\\1");
}

static void other_mounts_are_passed_over(void)
{
	static const char *const lines[] = {
		"",
		" ",
		"1",
		"1 2 0:1 / /x rw",
		"1 2 0:1 / /x rw -",
		"1 2 0:1 / /x rw - cgroup2",
		"1 2 0:1 / /x rw - cgroup2 x",
		"1 2 0:1 / /x rw shared:1 cgroup2 x rw",
		"1 2 0:1 / /x rw - tmpfs cgroup rw",
		"1 2 0:1 / /x rw - cgroup3 x rw",
		"1 2 01 / /x rw - cgroup2 x rw",
		"1 2 0: / /x rw - cgroup2 x rw",
		"1 2 4096:1 / /x rw - cgroup2 x rw",
		"1 2 0:1048576 / /x rw - cgroup2 x rw",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		check(!parse(lines[i]));
}

static void what_is_below_a_mount_is_found(void)
{
	static const struct {
		const char *root, *path, *below;
	} rows[] = {
		{ "/", "/", "" },
		{ "/", "/a", "/a" },
		{ "/", "/a/b", "/a/b" },
		{ "/", "/..", NULL },
		{ "/", "/../a", NULL },
		{ "/", "/..a", "/..a" },
		{ "/a", "/a", "" },
		{ "/a", "/a/b", "/b" },
		{ "/a", "/ab", NULL },
		{ "/a", "/", NULL },
		{ "/a", "/b", NULL },
		{ "/a/b", "/a", NULL },
		{ "/..", "/..", "" },
		{ "/..", "/../a", "/a" },
		{ "/..", "/a", NULL }, /* our own root has a name there that nobody tells us */
		{ "/..", "/../../a", NULL }, /* above it */
		{ "/..", "/../..", NULL },
		{ "/../..", "/../a", NULL },
		{ "/../..", "/../../a/b", "/a/b" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unit_case = rows[i].path;
		check_text(nsx_cgroup_below(rows[i].root, rows[i].path), rows[i].below);
	}
}

/* @text as a file; its descriptor. */
static int file_of(const char *text, size_t len)
{
	FILE *file = tmpfile();
	int fd = file ? dup(fileno(file)) : -1;

	check(fd >= 0 && write(fd, text, len) == (ssize_t)len && lseek(fd, 0, SEEK_SET) == 0);
	if (file)
		(void)fclose(file);
	return fd;
}

static void lines_come_one_by_one(void)
{
	static char text[3 * NSX_LINE_BYTES];
	struct nsx_lines l;
	char path[32];
	int fd;

	/* One of the greatest length, one more than that, two empty ones, one without an end. */
	memset(text, 'x', sizeof(text));
	text[0] = '\n';
	text[NSX_LINE_BYTES] = '\n';
	text[2 * NSX_LINE_BYTES + 1] = '\n';
	memcpy(text + 2 * NSX_LINE_BYTES + 2, "last\n\nno end", 12);
	fd = file_of(text, 2 * NSX_LINE_BYTES + 14);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!check_int(nsx_lines_open(&l, AT_FDCWD, path), 0))
		return;
	(void)close(fd);
	check_text(nsx_lines_next(&l), "");
	check_int(strlen(nsx_lines_next(&l)), NSX_LINE_BYTES - 1);
	check_text(nsx_lines_next(&l), "last");
	check_text(nsx_lines_next(&l), "");
	check_text(nsx_lines_next(&l), NULL);
	check_text(nsx_lines_next(&l), NULL);
	nsx_lines_close(&l);
	check_int(l.fd, NSX_NOFD);
	check_int(nsx_lines_open(&l, AT_FDCWD, "/nowhere"), -ENOENT);
	nsx_lines_close(&l);
}

static void of_ourselves_there_is_nothing_to_join(void)
{
	const struct nsx_who who = { .pid = getpid(), .pidfd = NSX_NOFD };
	struct nsx_error error = { 0 };
	struct nsx_cgroup at[NSX_CGROUPS_MAX];
	struct nsx_cgroups cgroups;
	struct nsx_target t;

	nsx_target_init(&t);
	nsx_cgroups_init(&cgroups, at);
	check_int(nsx_target_open(&who, &t, &error), 0);
	check_int(nsx_cgroups_open(&t, &cgroups, &error), 0);
	check_int(cgroups.n, 0);
	check_int(cgroups.dir, NSX_NOFD);
	check_int(nsx_cgroups_join(&cgroups, &error), 0);
	nsx_cgroups_close(&cgroups);
	nsx_target_close(&t);
}

int main(void)
{
	unit("mounts of cgroups are understood", mounts_are_understood);
	unit("escapes stand for bytes", escapes_stand_for_bytes);
	unit("other mounts are passed over", other_mounts_are_passed_over);
	unit("what is below a mount is found, and nothing else", what_is_below_a_mount_is_found);
	unit("lines come one by one, but for those that are too long", lines_come_one_by_one);
	unit("of ourselves there is nothing to join", of_ourselves_there_is_nothing_to_join);
	return unit_end();
}
