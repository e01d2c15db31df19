/* SPDX-License-Identifier: Apache-2.0 */
#include "follow.h"

#include "unit.h"

/* As the kernel writes it. */
static const char status[] = "Name:\tUid:\\n\nUmask:\t0022\nState:\tS (sleeping)\n"
			     "Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nFDSize:\t64\n"
			     "Groups:\t4 24 4294967294 \nNStgid:\t9\n";

static const char *shown(const struct nsx_ids *ids)
{
	static char buf[256];
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < ids->n; i++)
		at += (size_t)snprintf(buf + at, sizeof(buf) - at, "%s%u", i ? "," : "",
				       ids->id[i]);
	return buf;
}

static void check_ids(const char *text, const char *name, const char *want)
{
	struct nsx_ids ids;

	unit_case = name;
	check_int(nsx_status_ids(text, name, &ids), want != NULL);
	if (want)
		check_text(shown(&ids), want);
}

static void ids_are_read_from_the_line_of_their_name(void)
{
	check_ids(status, "Uid:", "1,2,3,4");
	check_ids(status, "Gid:", "5,6,7,8");
	check_ids(status, "Groups:", "4,24,4294967294");
	check_ids("Groups:\t \nUid:\t0\n", "Groups:", "");
	check_ids("Groups:\n", "Groups:", "");
}

static void a_line_that_is_not_whole_is_none(void)
{
	check_ids(status, "Absent:", NULL);
	check_ids("", "Uid:", NULL);
	check_ids("Uid:", "Uid:", NULL);
	check_ids("Uid:\t1\t2", "Uid:", NULL);
	check_ids("Uid:\t1\tx\n", "Uid:", NULL);
	check_ids("Uid:\t4294967296\n", "Uid:", NULL);
	check_ids("Uid:\t99999999999999999999999\n", "Uid:", NULL);
	check_ids("xUid:\t1\n", "Uid:", NULL);
}

static void there_is_a_bound_of_groups(void)
{
	char text[16 + 8 * NSX_GROUPS_MAX] = "Groups:\t";
	struct nsx_ids ids;

	for (int i = 0; i < NSX_GROUPS_MAX; i++)
		strcat(text, "7 ");
	strcat(text, "\n");
	check(nsx_status_ids(text, "Groups:", &ids));
	check_int(ids.n, NSX_GROUPS_MAX);
	text[strlen(text) - 1] = '\0';
	strcat(text, "7 \n");
	check(!nsx_status_ids(text, "Groups:", &ids));
}

static const char map[] = "         0     100000       1000\n"
			  "      1000       1000          1\n"
			  "      1001     101001      64535\n"
			  "     70000 4294967295          1\n";

static void check_inside(uint32_t outside, intmax_t want)
{
	uint32_t inside = 12345678;
	char number[16];

	(void)snprintf(number, sizeof(number), "%u", outside);
	unit_case = number;
	check_int(nsx_map_inside(map, outside, &inside), want >= 0);
	check_int(inside, want >= 0 ? want : 12345678);
}

static void map_tells_what_an_id_is_called_inside(void)
{
	check_inside(100000, 0);
	check_inside(100999, 999);
	check_inside(101000, -1);
	check_inside(1000, 1000);
	check_inside(999, -1);
	check_inside(1001, -1);
	check_inside(101001, 1001);
	check_inside(165535, 65535);
	check_inside(165536, -1);
	check_inside(0, -1);
	check_inside(99999, -1);
}

static void map_tells_which_ids_have_a_name(void)
{
	uint32_t inside;

	check(nsx_map_has(map, 0) && nsx_map_has(map, 1000) && nsx_map_has(map, 65535));
	check(!nsx_map_has(map, 65536));
	check(nsx_map_has("0 0 4294967295\n", 65534));
	check(!nsx_map_has("0 1000 1\n", 65534));
	check(!nsx_map_has("", 0));
	check(!nsx_map_inside("", 0, &inside));
	check(!nsx_map_inside("0 0\n", 0, &inside));
	check(!nsx_map_has("nonsense", 0));
}

static void check_label(const char *text, bool own_dir, enum nsx_lsm lsm, const char *want)
{
	struct nsx_label label;

	unit_case = text;
	nsx_label_make(text, own_dir, &label);
	check_int(label.lsm, lsm);
	if (lsm != NSX_LSM_NONE)
		check_text(label.text, want);
	check_text(nsx_label_file(&label),
		   own_dir ? "thread-self/attr/apparmor/exec" : "thread-self/attr/exec");
}

static void labels_are_written_as_their_module_wants_them(void)
{
	check_label("system_u:system_r:container_t:s0:c1,c2", false, NSX_LSM_SELINUX,
		    "system_u:system_r:container_t:s0:c1,c2");
	check_label("u:r:t", false, NSX_LSM_SELINUX, "u:r:t");
	check_label("docker-default (enforce)", true, NSX_LSM_APPARMOR, "exec docker-default");
	check_label("docker-default (enforce)", false, NSX_LSM_APPARMOR, "exec docker-default");
	check_label("/usr/bin/a b (x) (complain)", true, NSX_LSM_APPARMOR, "exec /usr/bin/a b (x)");
	check_label(":ns://a:b:c (enforce)", false, NSX_LSM_APPARMOR, "exec :ns://a:b:c");
	check_label("unconfined", true, NSX_LSM_APPARMOR, "exec unconfined");
	check_label("unconfined", false, NSX_LSM_APPARMOR, "exec unconfined");
}

static void other_labels_are_none(void)
{
	check_label("", false, NSX_LSM_NONE, NULL);
	check_label("", true, NSX_LSM_NONE, NULL);
	check_label("_", false, NSX_LSM_NONE, NULL); /* Smack's, which cannot be chosen at exec */
	check_label("kernel", false, NSX_LSM_NONE, NULL);
	check_label("a:b", false, NSX_LSM_NONE, NULL);
	check_label("u:r:t", true, NSX_LSM_NONE, NULL);
	check_label(")", true, NSX_LSM_NONE, NULL);
	check_label(" ()", true, NSX_LSM_NONE, NULL);
	check_label("()", true, NSX_LSM_NONE, NULL);
}

static void a_label_is_never_cut(void)
{
	char text[NSX_LABEL_BYTES + 8] = "u:r:";
	struct nsx_label label;

	memset(text + 4, 'x', NSX_LABEL_BYTES - 5);
	nsx_label_make(text, false, &label);
	check_int(label.lsm, NSX_LSM_SELINUX);
	text[NSX_LABEL_BYTES - 1] = 'x';
	nsx_label_make(text, false, &label);
	check_int(label.lsm, NSX_LSM_NONE);
}

int main(void)
{
	unit("ids are read from the line of their name", ids_are_read_from_the_line_of_their_name);
	unit("a line that is not whole is none", a_line_that_is_not_whole_is_none);
	unit("there is a bound of groups", there_is_a_bound_of_groups);
	unit("a map tells what an id is called inside", map_tells_what_an_id_is_called_inside);
	unit("a map tells which ids have a name", map_tells_which_ids_have_a_name);
	unit("labels are written as their module wants them",
	     labels_are_written_as_their_module_wants_them);
	unit("other labels are none", other_labels_are_none);
	unit("a label is never cut", a_label_is_never_cut);
	return unit_end();
}
