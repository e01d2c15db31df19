/* SPDX-License-Identifier: Apache-2.0 */
#include "settle.h"

#include <errno.h>

#include "facts.h"
#include "ids.h"
#include "sys_identity.h"

/* UINT32_MAX: it has no name in there. */
static uint32_t inside_of(const char *map, uint32_t id)
{
	uint32_t inside = UINT32_MAX;

	if (map)
		(void)nsx_map_inside(map, id, &inside); /* else it stays */
	return inside;
}

void nsx_settling_make(const struct nsx_request *rq, const struct nsx_facts *f,
		       const struct nsx_standing *s, bool executes, struct nsx_settling *out)
{
	const nsx_kinds user = NSX_KIND_BIT(NSX_USER);
	const bool joins = f->wanted & ~f->shared & user;
	const bool creates = rq->unshare & user;
	uint32_t uid = joins ? 0 : s->uid;

	*out = (struct nsx_settling){ .enters_user = joins || creates, .executes = executes };
	out->uid_known = !joins || !rq->preserve_credentials;
	if (creates && rq->create.owner_uid.given) {
		out->uid_known = true;
		uid = rq->create.owner_uid.id;
	}
	if (creates)
		uid = inside_of(f->outside.uid_map, uid);
	out->uid_before = out->uid = uid;
	if (!nsx_facts_uid(rq, f).given)
		return;
	out->changes_uid = true;
	out->uid_known = true;
	out->uid = nsx_facts_uid(rq, f).id;
}

/* One settling on its way. */
struct settling {
	const struct nsx_credentials *c;
	struct nsx_standing *s;
	struct nsx_cap_sets otherwise; /* what there would be behind the last change of ids */
	bool as_root;		       /* exec may give the bounding set */
	bool as_other;		       /* exec may take all but the ambient ones */
	struct nsx_error *e;
};

static int refuse(const struct settling *st, const char *option, int err, nsx_caps caps,
		  const char *why)
{
	const bool bounding = nsx_text_same(option, "--bounding");
	char what[96];
	struct nsx_text t = nsx_text_on(what, sizeof(what));

	nsx_text_str(&t, option);
	nsx_text_str(&t, " ");
	nsx_cap_put(&t, nsx_caps_first(caps));
	return nsx_fail(st->e, bounding ? NSX_STEP_BOUNDING : NSX_STEP_CAPS, err, what, why);
}

static int check_known(const struct settling *st, const char *option, const struct nsx_cap_set *set)
{
	const nsx_caps unknown = (set->add | set->drop) & ~st->s->known;

	return unknown ? refuse(st, option, 0, unknown, "this kernel does not have it") : 0;
}

static int check_all_known(const struct settling *st)
{
	if (check_known(st, "--caps", &st->c->caps) < 0)
		return -1;
	if (check_known(st, "--bounding", &st->c->bounding) < 0)
		return -1;
	return check_known(st, "--ambient", &st->c->ambient);
}

/*
 * What the kernel makes of our sets by entering a user namespace (user_namespaces(7)),
 * and by a change of ids from or to root (capabilities(7)).
 */
static void find_otherwise(struct settling *st, const struct nsx_settling *how)
{
	struct nsx_standing *s = st->s;
	const unsigned bits = how->enters_user ? 0 : s->securebits;
	const bool fixed_up = how->changes_uid && !(bits & NSX_SECBIT_NO_SETUID_FIXUP);
	const bool was_root = how->uid_before == 0, is_root = how->uid == 0;
	const bool leaves = fixed_up && was_root && !is_root && !(bits & NSX_SECBIT_KEEP_CAPS);

	s->before = s->ours;
	if (how->enters_user)
		s->before = (struct nsx_cap_sets){ .permitted = s->known,
						   .effective = s->known,
						   .bounding = s->known };
	st->otherwise = s->before;
	if (fixed_up && was_root && !is_root)
		st->otherwise.effective = 0;
	if (leaves)
		st->otherwise.permitted = st->otherwise.ambient = 0;
	if (fixed_up && !was_root && is_root)
		st->otherwise.effective = st->otherwise.permitted;
	s->keep = leaves && (st->c->caps.given || st->c->ambient.given || st->c->keep_caps);
	st->as_root = how->executes && !(bits & NSX_SECBIT_NOROOT) && (!how->uid_known || is_root);
	st->as_other = how->executes && (!how->uid_known || !is_root || (bits & NSX_SECBIT_NOROOT));
}

static int settle_bounding(struct settling *st)
{
	const nsx_caps had = st->s->before.bounding;
	struct nsx_cap_sets *w = &st->s->wanted;
	nsx_caps more;

	w->bounding = had;
	if (!st->c->bounding.given)
		return 0;
	w->bounding = nsx_caps_of(&st->c->bounding, had, had, st->s->target.bounding);
	more = w->bounding & ~had;
	return more ? refuse(st, "--bounding", EPERM, more, "it is gone from the set for ever") : 0;
}

/* All that we have been given by the user namespace. */
static int settle_kept(struct settling *st, bool enters_user)
{
	struct nsx_cap_sets *w = &st->s->wanted;

	if (!enters_user) {
		(void)nsx_fail(st->e, NSX_STEP_CAPS, 0,
			       "--keep-caps, and no user namespace is entered", NULL);
		return nsx_hint(st->e, NSX_HINT_GAINED, 0);
	}
	w->permitted = st->s->before.permitted & w->bounding;
	w->effective = w->inheritable = w->ambient = w->permitted;
	return 0;
}

static int settle_caps(struct settling *st)
{
	const struct nsx_cap_sets *o = &st->otherwise;
	const struct nsx_cap_set *set = &st->c->caps;
	const nsx_caps had = st->s->before.permitted;
	const nsx_caps by_exec = st->as_other ? o->ambient : had & (o->bounding | o->inheritable);
	const bool host = !st->as_root && !st->as_other;
	struct nsx_cap_sets *w = &st->s->wanted;
	nsx_caps more;

	w->permitted = o->permitted;
	w->effective = o->effective;
	if (!set->given)
		return 0;
	w->permitted =
		nsx_caps_of(set, host ? o->permitted : by_exec, had, st->s->target.permitted);
	w->effective =
		nsx_caps_of(set, host ? o->effective : by_exec, had, st->s->target.effective);
	w->effective &= w->permitted;
	more = w->permitted & ~had;
	return more ? refuse(st, "--caps", EPERM, more, "it is not ours to give") : 0;
}

static int check_ambient(struct settling *st, nsx_caps inheritable)
{
	const nsx_caps wanted = st->s->wanted.ambient;
	nsx_caps more = wanted & ~st->s->wanted.permitted;

	if (st->c->caps.given && more)
		return refuse(st, "--ambient", 0, more, "it is not among --caps");
	more = wanted & ~st->s->before.permitted;
	if (more)
		return refuse(st, "--ambient", EPERM, more, "it is not ours to give");
	more = wanted & ~inheritable;
	if (more)
		return refuse(st, "--ambient", EPERM, more, "it is not in the bounding set");
	return 0;
}

/* The kernel lets a capability be ambient that is permitted and inheritable. */
static int settle_ambient(struct settling *st)
{
	const struct nsx_cap_sets *b = &st->s->before;
	struct nsx_cap_sets *w = &st->s->wanted;
	const nsx_caps inheritable = w->bounding | b->inheritable;
	const nsx_caps room = (st->c->caps.given ? w->permitted : b->permitted) & inheritable;

	w->ambient = st->otherwise.ambient & w->permitted;
	if (st->c->ambient.given) {
		w->ambient = nsx_caps_of(&st->c->ambient, w->ambient, room, st->s->target.ambient);
		if (check_ambient(st, inheritable) < 0)
			return -1;
	}
	w->permitted |= w->ambient;
	w->effective |= w->ambient;
	w->inheritable = (st->c->caps.given ? 0 : b->inheritable) | w->ambient;
	return 0;
}

/* What --caps says must be so after exec. */
static int settle_exec(struct settling *st)
{
	struct nsx_cap_sets *w = &st->s->wanted;
	nsx_caps more = w->bounding & ~w->permitted;

	if (!st->c->caps.given)
		return 0;
	if (st->as_root && st->c->bounding.given && more && !st->c->as_target) {
		(void)refuse(st, "--bounding", 0, more, "it is not among --caps");
		return nsx_hint(st->e, NSX_HINT_EXEC_AS_ROOT, 0);
	}
	if (st->as_root)
		w->bounding &= w->permitted;
	more = w->permitted & ~(w->bounding | w->ambient);
	if (st->as_root && more)
		return refuse(st, "--caps", EPERM, more, "it is not in the bounding set");
	more = w->permitted & ~w->ambient;
	if (st->as_other && more && !st->c->as_target) {
		(void)refuse(st, "--caps", 0, more, "it would be lost");
		return nsx_hint(st->e, NSX_HINT_AMBIENT, 0);
	}
	return 0;
}

static int check_right_to_drop(struct settling *st)
{
	const nsx_caps dropped = st->s->before.bounding & ~st->s->wanted.bounding;

	if (!dropped || (st->s->before.effective & NSX_CAP_BIT(NSX_CAP_SETPCAP)))
		return 0;
	(void)refuse(st, "--bounding", EPERM, dropped, "drop it");
	return nsx_hint(st->e, NSX_HINT_SETPCAP, 0);
}

int nsx_settle_caps(const struct nsx_credentials *c, const struct nsx_settling *how,
		    struct nsx_standing *s, struct nsx_error *e)
{
	struct settling st = { .c = c, .s = s, .e = e };

	if (check_all_known(&st) < 0)
		return -1;
	find_otherwise(&st, how);
	if (settle_bounding(&st) < 0)
		return -1;
	if (c->keep_caps)
		return settle_kept(&st, how->enters_user) < 0 ? -1 : check_right_to_drop(&st);
	if (settle_caps(&st) < 0 || settle_ambient(&st) < 0 || settle_exec(&st) < 0)
		return -1;
	return check_right_to_drop(&st);
}

int nsx_settle(const struct nsx_request *rq, struct nsx_target *t, struct nsx_facts *f,
	       struct nsx_standing *s, bool executes, struct nsx_error *e)
{
	struct nsx_settling how;

	if (!nsx_standing_asked(rq))
		return 0;
	if (nsx_standing_look(rq, t, s, e) < 0)
		return -1;
	f->standing = s;
	if (!nsx_standing_caps_asked(rq))
		return 0;
	nsx_settling_make(rq, f, s, executes, &how);
	return nsx_settle_caps(&rq->credentials, &how, s, e);
}
