/* SPDX-License-Identifier: Apache-2.0 */
#include "maps.h"

#include <errno.h>

#include "colon.h"
#include "ids.h"
#include "search.h"
#include "sys_fd.h"
#include "sys_identity.h"

/* User ids and group ids have the same rules, and other files. */
struct side {
	enum nsx_said_of of;
	char what[4];	/* "uid" */
	char names[12]; /* file of names and ids */
	char subids[12];
	char map[8]; /* in /proc/PID */
	char tool[10];
};

static const struct side uids = { NSX_SAID_UIDS, "uid",	    "/etc/passwd",
				  "/etc/subuid", "uid_map", "newuidmap" };
static const struct side gids = { NSX_SAID_GIDS, "gid",	    "/etc/group",
				  "/etc/subgid", "gid_map", "newgidmap" };

/* What one side is made from. */
struct source {
	const struct side *side;
	const struct nsx_request *rq;
	struct nsx_target *t; /* whose user namespace is joined before; NULL: ours stays */
	bool from_file;	      /* it is that of a FILE */
	uint32_t ours;	      /* our id, as the namespace around the new one calls it */
	enum nsx_own own;
	const char *own_name;
};

static int fail(const struct source *s, int err, const char *what, struct nsx_error *e)
{
	return nsx_fail(e, NSX_STEP_MAP, err, what, s->side->what);
}

/* A number, or a name of ours. */
static int own_id(const struct source *s, uint32_t *id, struct nsx_error *e)
{
	uint64_t number;

	if (nsx_text_number(s->own_name, UINT32_MAX - 1, &number)) {
		*id = (uint32_t)number;
		return 0;
	}
	if (nsx_colon_id_of(s->side->names, s->own_name, id))
		return 0;
	return nsx_fail(e, NSX_STEP_MAP, 0, "no such name in the file", s->own_name);
}

/*
 * Subordinate ids belong to a user, by name or number, in both files.  The name of
 * the user is in /etc/passwd; who has it from elsewhere is known by number.
 */
static int add_subids(const struct source *s, bool first_only, struct nsx_idmap *map,
		      struct nsx_error *e)
{
	const uint32_t user = nsx_sys_geteuid();
	char name[256], number[12];
	struct nsx_text t = nsx_text_on(number, sizeof(number));
	struct nsx_colon c;
	uint32_t next = 0;
	size_t found = 0;
	int rc;

	nsx_text_u64(&t, user);
	if (!nsx_colon_name_of("/etc/passwd", user, name, sizeof(name)))
		name[0] = '\0';
	rc = nsx_colon_open(&c, s->side->subids);
	if (rc < 0)
		return nsx_fail(e, NSX_STEP_MAP, -rc, s->side->subids, NULL);
	while (nsx_colon_next(&c) && !(first_only && found)) {
		uint64_t first, count;

		if (!nsx_text_same(c.field[0], number) &&
		    !(name[0] && nsx_text_same(c.field[0], name)))
			continue;
		if (!nsx_text_number(c.field[1], UINT32_MAX - 1, &first) ||
		    !nsx_text_number(c.field[2], UINT32_MAX - first, &count))
			continue;
		next = first_only ? 0 : (uint32_t)first;
		nsx_idmap_add(map, &(struct nsx_range){ next, (uint32_t)first, (uint32_t)count });
		found++;
	}
	nsx_colon_close(&c);
	if (found)
		return 0;
	(void)nsx_fail(e, NSX_STEP_MAP, 0, "no subordinate ids for the user", s->side->subids);
	return nsx_hint(e, NSX_HINT_SUBIDS, user);
}

/* Ids that the namespace around the new one has, as it calls them itself. */
static int open_map(const struct source *s, struct nsx_error *e)
{
	char path[32];
	struct nsx_text t = nsx_text_on(path, sizeof(path));
	int fd;

	if (s->from_file)
		return fail(s, 0, "all is not known for a user namespace from a FILE", e);
	if (s->t && nsx_target_proc(s->t, e) < 0)
		return -1;
	nsx_text_str(&t, s->t ? "" : "/proc/self/");
	nsx_text_str(&t, s->side->map);
	fd = nsx_fd_openat(s->t ? s->t->proc : AT_FDCWD, path, O_RDONLY);
	return fd < 0 ? nsx_fail(e, NSX_STEP_MAP, -fd, path, NULL) : fd;
}

static int add_all(const struct source *s, struct nsx_idmap *map, struct nsx_error *e)
{
	char text[NSX_IDMAP_BYTES];
	const char *at = text;
	struct nsx_range range;
	size_t len = 0;
	nsx_autofd fd = open_map(s, e);
	long n;

	if (fd < 0)
		return -1;
	while ((n = nsx_sys_read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	while (nsx_map_next(&at, &range)) {
		range.outside = range.inside;
		nsx_idmap_add(map, &range);
	}
	return *at ? fail(s, EINVAL, "the map of the namespace around it", e) : 0;
}

static int add_said(const struct source *s, const char *value, struct nsx_idmap *map,
		    struct nsx_error *e)
{
	struct nsx_range range;

	switch (nsx_range_word(value)) {
	case NSX_RANGE_AUTO:
		return add_subids(s, true, map, e);
	case NSX_RANGE_SUBIDS:
		return add_subids(s, false, map, e);
	case NSX_RANGE_ALL:
		return add_all(s, map, e);
	case NSX_RANGE_NUMBERS:
		break;
	}
	if (nsx_range_parse(value, &range) == 0) /* as options.h has seen already */
		nsx_idmap_add(map, &range);
	return 0;
}

/* Said as a range, but nothing that an ordinary user may not write as well. */
static bool is_own(const struct source *s, const struct nsx_idmap *map)
{
	return nsx_sys_geteuid() != 0 && map->n == 1 && map->range[0].count == 1 &&
	       map->range[0].outside == s->ours;
}

/* @text: where the map goes.  Return: 1: there is one; 0: none is wanted; -1: @e filled. */
static int make_map(const struct source *s, char *text, bool *alone, struct nsx_error *e)
{
	struct nsx_text t = nsx_text_on(text, NSX_IDMAP_BYTES);
	struct nsx_idmap map;
	uint32_t inside = s->ours;
	bool said = false;

	map.n = 0;
	map.own = map.full = false;
	if (s->own == NSX_OWN_NAMED && own_id(s, &inside, e) < 0)
		return -1;
	if (s->own != NSX_OWN_UNMAPPED)
		nsx_idmap_own(&map, inside, s->ours);
	for (size_t i = 0; i < s->rq->n_said; i++) {
		if (s->rq->said[i].of != s->side->of)
			continue;
		said = true;
		if (add_said(s, s->rq->said[i].value, &map, e) < 0)
			return -1;
	}
	nsx_idmap_text(&map, &t);
	if (map.full || t.cut)
		return fail(s, E2BIG, "more than 340 ranges", e);
	*alone = !said || is_own(s, &map);
	return said || map.own;
}

static void find_tool(const struct side *side, char *const *envp, char *path, const char **out)
{
	if (nsx_search(side->tool, envp, path, NSX_MAP_TOOL_BYTES) == 0)
		*out = path;
}

static void put_offset(struct nsx_text *t, const char *clock, const struct nsx_offset *o)
{
	if (!o->given)
		return;
	nsx_text_str(t, clock);
	nsx_text_i64(t, o->sec);
	nsx_text_str(t, " ");
	nsx_text_u64(t, o->nsec);
	nsx_text_str(t, "\n");
}

static void make_offsets(const struct nsx_new *n, struct nsx_maps *m)
{
	struct nsx_text t = nsx_text_on(m->offsets, sizeof(m->offsets));

	put_offset(&t, "monotonic ", &n->monotonic);
	put_offset(&t, "boottime ", &n->boottime);
	if (t.len)
		m->outside.offsets = m->offsets;
}

int nsx_maps_make(const struct nsx_request *rq, struct nsx_target *t, const struct nsx_facts *f,
		  char *const *envp, struct nsx_maps *m, struct nsx_error *e)
{
	const struct nsx_new *n = &rq->create;
	const bool joins = f->wanted & ~f->shared & NSX_KIND_BIT(NSX_USER);
	const bool root = joins && !rq->preserve_credentials; /* of that, by then */
	struct source uid = { &uids,
			      rq,
			      joins ? t : NULL,
			      joins && rq->file[NSX_USER],
			      root ? 0 : nsx_sys_geteuid(),
			      n->user,
			      n->user_name };
	struct source gid = { &gids,
			      rq,
			      joins ? t : NULL,
			      joins && rq->file[NSX_USER],
			      root ? 0 : nsx_sys_getegid(),
			      n->group,
			      n->group_name };
	bool uid_alone = true, gid_alone = true;
	int has_uids, has_gids;

	m->outside = (struct nsx_outside){ 0 };
	if (joins && !root && (n->user || n->group))
		return fail(&uid, 0,
			    "not known what we are called where --preserve-credentials leads", e);
	if (n->owner_uid.given) {
		uid.ours = n->owner_uid.id;
		gid.ours = n->owner_gid.id;
	}
	make_offsets(n, m);
	has_uids = make_map(&uid, m->uid_map, &uid_alone, e);
	has_gids = has_uids < 0 ? -1 : make_map(&gid, m->gid_map, &gid_alone, e);
	if (has_gids < 0)
		return -1;
	m->outside.uid_map = has_uids ? m->uid_map : NULL;
	m->outside.gid_map = has_gids ? m->gid_map : NULL;
	if (n->setgroups == NSX_SETGROUPS_ALLOW && has_gids && gid_alone)
		return fail(&gid, 0, "--setgroups=allow needs more of a map than our own id", e);
	m->alone = uid_alone && gid_alone;
	m->outside.allow_setgroups = n->setgroups == NSX_SETGROUPS_ALLOW;
	/* Else the kernel would not let us write the one group that is our own. */
	m->outside.deny_setgroups = n->setgroups == NSX_SETGROUPS_DENY || (has_gids && gid_alone);
	if (!m->alone) {
		find_tool(&uids, envp, m->newuidmap, &m->outside.newuidmap);
		find_tool(&gids, envp, m->newgidmap, &m->outside.newgidmap);
	}
	return 0;
}
