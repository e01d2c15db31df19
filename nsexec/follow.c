/* SPDX-License-Identifier: Apache-2.0 */
#include "follow.h"

#include <errno.h>

#include "sys_file.h"
#include "sys_identity.h"
#include "text.h"

enum {
	STATUS_BYTES = 8192, /* its lines about ids come first */
	MAP_BYTES = 16384,   /* 340 lines, see user_namespaces(7) */
	CAP_SETGID_NUMBER = 6,
};

void nsx_follow_init(struct nsx_follow *f, struct nsx_follow_room *room)
{
	*f = (struct nsx_follow){ .groups_way = NSX_GROUPS_DROPPED, .room = room };
}

bool nsx_follow_asked(const struct nsx_request *rq)
{
	return rq->uid_of_target || rq->gid_of_target || rq->groups_of_target ||
	       rq->label != NSX_LABEL_STAYS;
}

static int fail(int err, const char *what, struct nsx_target *t, struct nsx_error *e)
{
	if (nsx_target_alive(t, e) < 0)
		return -1;
	(void)nsx_fail_number(e, NSX_STEP_OPEN, err, what, "PID ", (uint64_t)t->pid, "");
	return nsx_hint(e, err == EACCES || err == EPERM ? NSX_HINT_PTRACE : NSX_HINT_NONE, 0);
}

static int fail_unmapped(const char *what, uint32_t id, const char *where, struct nsx_error *e)
{
	(void)nsx_fail_number(e, NSX_STEP_CHECK, EINVAL, what, "", id, where);
	return nsx_hint(e, NSX_HINT_UNMAPPED, 0);
}

/* The maps of our own user namespace, and of the one that will be joined. */
struct maps {
	char ours[MAP_BYTES];
	char theirs[MAP_BYTES];
	bool joined; /* the latter is there */
};

static int read_maps(struct nsx_target *t, const char *file, bool joined, struct maps *m,
		     struct nsx_error *e)
{
	char path[32];
	struct nsx_text p = nsx_text_on(path, sizeof(path));
	long rc;

	nsx_text_str(&p, "/proc/self/");
	nsx_text_str(&p, file);
	m->joined = joined;
	rc = nsx_fd_read_text(AT_FDCWD, path, m->ours, sizeof(m->ours));
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_OPEN, (int)-rc, path, NULL);
	rc = joined ? nsx_fd_read_text(t->proc, file, m->theirs, sizeof(m->theirs)) : 0;
	return rc < 0 ? fail((int)-rc, "id map of the target", t, e) : 0;
}

/*
 * An id that has no name here is shown as another one, 65534 by default, which may
 * have no meaning here at all: then it is certain that it stands for all of them.
 */
static int translate(const struct maps *m, const char *what, uint32_t *id, struct nsx_error *e)
{
	if (!nsx_map_has(m->ours, *id))
		return fail_unmapped(what, *id, ", which stands for any that has no name here", e);
	if (m->joined && !nsx_map_inside(m->theirs, *id, id))
		return fail_unmapped(what, *id, " out here, without a name inside", e);
	return 0;
}

/* @line: "Uid:" or "Gid:" */
static int take_id(const struct maps *m, const char *what, const char *status, const char *line,
		   struct nsx_id *out, struct nsx_error *e)
{
	enum { EFFECTIVE = 1 }; /* real, effective, saved, of file system */
	struct nsx_ids ids;
	uint32_t id;

	if (!nsx_status_ids(status, line, &ids) || ids.n <= EFFECTIVE)
		return nsx_fail(e, NSX_STEP_CHECK, EINVAL, what, "its status does not tell");
	id = ids.id[EFFECTIVE];
	if (translate(m, what, &id, e) < 0)
		return -1;
	*out = (struct nsx_id){ true, id };
	return 0;
}

/* In our own user namespace; every number that we are told has a name there, or is 65534. */
static bool may_set_groups(void)
{
	return nsx_sys_effective_caps() >> CAP_SETGID_NUMBER & 1;
}

static bool are_ours(const struct nsx_ids *groups)
{
	uint32_t ours[NSX_GROUPS_MAX];
	const int n = nsx_sys_getgroups(NSX_GROUPS_MAX, ours); /* sorted, as theirs */

	if (n < 0 || (size_t)n != groups->n)
		return false;
	for (size_t i = 0; i < groups->n; i++)
		if (ours[i] != groups->id[i])
			return false;
	return true;
}

static int take_groups(const struct maps *m, const char *status, struct nsx_follow *out,
		       struct nsx_error *e)
{
	static const char what[] = "supplementary group of the target";
	struct nsx_ids groups;

	if (!nsx_status_ids(status, "Groups:", &groups))
		return nsx_fail(e, NSX_STEP_CHECK, E2BIG, "supplementary groups of the target",
				NULL);
	if (are_ours(&groups)) {
		out->groups_way = NSX_GROUPS_STAY;
		return 0;
	}
	out->groups_way = m->joined && may_set_groups() ? NSX_GROUPS_BEFORE : NSX_GROUPS_AFTER;
	for (size_t i = 0; i < groups.n; i++) {
		out->room->group[i] = groups.id[i];
		if (out->groups_way == NSX_GROUPS_AFTER &&
		    translate(m, what, &out->room->group[i], e) < 0)
			return -1;
	}
	out->n_groups = groups.n;
	return 0;
}

/* Is the user namespace that will be joined the target's own?  Its map is that of no other. */
static int check_user(struct nsx_target *t, const struct nsx_ns_id *user, struct nsx_error *e)
{
	nsx_autofd fd = nsx_fd_openat(t->proc, "ns/user", O_RDONLY);
	struct nsx_ns_id theirs;

	if (fd < 0)
		return fail(-fd, "user namespace of the target", t, e);
	if (nsx_nsfile_identify(fd, &theirs) == 0 && nsx_ns_same(&theirs, user))
		return 0;
	return nsx_fail(e, NSX_STEP_CHECK, 0,
			"ids of the target in a user namespace that is not the target's", NULL);
}

static int look_at_ids(const struct nsx_request *rq, struct nsx_target *t, bool joined,
		       struct nsx_follow *out, struct nsx_error *e)
{
	char status[STATUS_BYTES];
	const long rc = nsx_fd_read_text(t->proc, "status", status, sizeof(status));
	struct maps m;

	if (rc < 0 && rc != -E2BIG)
		return fail((int)-rc, "status of the target", t, e);
	if (rq->uid_of_target &&
	    (read_maps(t, "uid_map", joined, &m, e) < 0 ||
	     take_id(&m, "user of the target", status, "Uid:", &out->uid, e) < 0))
		return -1;
	if (!rq->gid_of_target && !rq->groups_of_target)
		return 0;
	if (read_maps(t, "gid_map", joined, &m, e) < 0)
		return -1;
	if (rq->gid_of_target &&
	    take_id(&m, "group of the target", status, "Gid:", &out->gid, e) < 0)
		return -1;
	return rq->groups_of_target ? take_groups(&m, status, out, e) : 0;
}

/* A label that is ours already needs not be asked for. */
static int look_at_label(const struct nsx_request *rq, struct nsx_target *t, struct nsx_label *out,
			 struct nsx_error *e)
{
	nsx_autofd self = nsx_fd_openat(AT_FDCWD, "/proc/thread-self", O_PATH | O_DIRECTORY);
	struct nsx_label ours;
	const int rc = nsx_label_read(t->proc, out);

	if (rc < 0)
		return fail(-rc, "LSM label of the target", t, e);
	if (out->lsm == NSX_LSM_NONE && rq->label == NSX_LABEL_OF_TARGET)
		return nsx_fail(e, NSX_STEP_CHECK, 0, "no LSM here that labels processes",
				"--follow-context");
	if (self >= 0 && nsx_label_read(self, &ours) == 0 && ours.lsm == out->lsm &&
	    nsx_text_same(ours.text, out->text))
		out->lsm = NSX_LSM_NONE;
	return 0;
}

int nsx_follow_look(const struct nsx_request *rq, struct nsx_target *t,
		    const struct nsx_ns_id *user, struct nsx_follow *out, struct nsx_error *e)
{
	const bool ids = rq->uid_of_target || rq->gid_of_target || rq->groups_of_target;

	if (nsx_target_proc(t, e) < 0)
		return -1;
	if (ids && user->ino && check_user(t, user, e) < 0)
		return -1;
	if (ids && look_at_ids(rq, t, user->ino, out, e) < 0)
		return -1;
	if (rq->label != NSX_LABEL_STAYS && look_at_label(rq, t, &out->room->label, e) < 0)
		return -1;
	out->labelled = rq->label != NSX_LABEL_STAYS && out->room->label.lsm != NSX_LSM_NONE;
	return 0; /* of what has ended the kernel tells ids too: who called us looks once more */
}
