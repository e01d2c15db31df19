/* SPDX-License-Identifier: Apache-2.0 */
#include "standing.h"

#include <errno.h>

#include "colon.h"
#include "nsfile.h"
#include "oom.h"
#include "sys_fd.h"
#include "sys_identity.h"

void nsx_standing_init(struct nsx_standing *s)
{
	*s = (struct nsx_standing){ .oom = NSX_NOFD };
}

void nsx_standing_close(struct nsx_standing *s)
{
	nsx_fd_close(&s->oom);
}

bool nsx_standing_caps_asked(const struct nsx_request *rq)
{
	const struct nsx_credentials *c = &rq->credentials;

	return c->caps.given || c->bounding.given || c->ambient.given || c->keep_caps;
}

bool nsx_standing_asked(const struct nsx_request *rq)
{
	return nsx_standing_caps_asked(rq) || rq->confines.any_limit || rq->confines.oom_score_adj;
}

/* Where the kernel knows no capability of that number, there are no higher ones. */
static void look_at_bounding(struct nsx_standing *s)
{
	for (unsigned cap = 0; cap <= NSX_CAP_MAX; cap++) {
		const int rc = nsx_sys_prctl(NSX_PR_CAPBSET_READ, cap);

		if (rc < 0)
			break;
		s->known |= NSX_CAP_BIT(cap);
		if (rc > 0)
			s->ours.bounding |= NSX_CAP_BIT(cap);
		if (nsx_sys_ambient(NSX_AMBIENT_IS_SET, cap) > 0)
			s->ours.ambient |= NSX_CAP_BIT(cap);
	}
}

static int look_at_ours(struct nsx_standing *s, struct nsx_error *e)
{
	struct nsx_capdata data[2] = { { 0 } };
	int rc = nsx_sys_capget(data);

	if (rc < 0)
		return nsx_fail(e, NSX_STEP_CAPS, -rc, "our own", NULL);
	look_at_bounding(s);
	s->ours.permitted = data[0].permitted | (nsx_caps)data[1].permitted << 32;
	s->ours.effective = data[0].effective | (nsx_caps)data[1].effective << 32;
	s->ours.inheritable = data[0].inheritable | (nsx_caps)data[1].inheritable << 32;
	rc = nsx_sys_prctl(NSX_PR_GET_SECUREBITS, 0);
	s->securebits = rc < 0 ? 0 : (unsigned)rc;
	s->uid = nsx_sys_geteuid();
	return 0;
}

/* Hexadecimal, behind a tab. */
static bool read_hex(const char *at, nsx_caps *out)
{
	nsx_caps caps = 0;

	if (*at++ != '\t' || !*at)
		return false;
	for (; *at; at++) {
		const bool digit = *at >= '0' && *at <= '9', letter = *at >= 'a' && *at <= 'f';

		if (!digit && !letter)
			return false;
		caps = caps << 4 | (nsx_caps)(digit ? *at - '0' : *at - 'a' + 10);
	}
	*out = caps;
	return true;
}

/* Where one line of /proc/PID/status belongs; NULL: it is about something else. */
static nsx_caps *place_of(const char *name, struct nsx_cap_sets *sets)
{
	if (nsx_text_same(name, "CapPrm"))
		return &sets->permitted;
	if (nsx_text_same(name, "CapEff"))
		return &sets->effective;
	if (nsx_text_same(name, "CapBnd"))
		return &sets->bounding;
	return nsx_text_same(name, "CapAmb") ? &sets->ambient : NULL;
}

/* Before Linux 4.3 there are no ambient ones.  Return: how many sets were found. */
static int read_status(struct nsx_colon *c, struct nsx_cap_sets *sets)
{
	int found = 0;

	while (nsx_colon_next(c)) {
		nsx_caps *place = place_of(c->field[0], sets);

		found += place && read_hex(c->field[1], place);
	}
	return found;
}

static int look_at_target(struct nsx_target *t, struct nsx_standing *s, struct nsx_error *e)
{
	struct nsx_colon status;
	int found;

	if (nsx_target_proc(t, e) < 0)
		return -1;
	found = nsx_colon_openat(&status, t->proc, "status");
	if (found == 0) {
		found = read_status(&status, &s->target);
		nsx_colon_close(&status);
	}
	if (nsx_target_alive(t, e) < 0)
		return -1;
	if (found >= 3)
		return 0;
	return nsx_fail_number(e, NSX_STEP_CAPS, found < 0 ? -found : EIO, "of the target", "PID ",
			       (uint64_t)t->pid, "");
}

static bool from_target(const struct nsx_credentials *c)
{
	return c->caps.from == NSX_CAPS_TARGET || c->bounding.from == NSX_CAPS_TARGET ||
	       c->ambient.from == NSX_CAPS_TARGET;
}

struct nsx_rlimit nsx_standing_limit(const struct nsx_limit *wanted, const struct nsx_rlimit *now)
{
	return (struct nsx_rlimit){
		.soft = wanted->soft_given ? wanted->soft : now->soft,
		.hard = wanted->hard_given ? wanted->hard : now->hard,
	};
}

static int fail_limit(enum nsx_resource r, int err, const char *why, struct nsx_error *e)
{
	(void)nsx_fail(e, NSX_STEP_LIMIT, err, nsx_limit_names[r], why);
	return nsx_hint(e, err == EPERM ? NSX_HINT_RESOURCE : NSX_HINT_NONE, 0);
}

/* Whether the right is there is asked of the first user namespace; from another, we do not have it. */
static bool may_raise(void)
{
	struct nsx_ns_id user;

	if (!(nsx_sys_effective_caps() & NSX_CAP_BIT(NSX_CAP_SYS_RESOURCE)))
		return false;
	return nsx_ns_identify(0, NSX_USER, &user) < 0 || user.ino == NSX_NS_FIRST_USER;
}

static int look_at_limits(const struct nsx_confines *c, struct nsx_standing *s, struct nsx_error *e)
{
	for (enum nsx_resource r = 0; r < NSX_LIMIT_COUNT; r++) {
		const struct nsx_limit *wanted = &c->limit[r];
		struct nsx_rlimit *now = &s->limit[r], then;
		int rc;

		if (!wanted->soft_given && !wanted->hard_given)
			continue;
		rc = nsx_sys_prlimit(r, NULL, now);
		if (rc < 0)
			return fail_limit(r, -rc, NULL, e);
		then = nsx_standing_limit(wanted, now);
		if (then.soft > then.hard)
			return fail_limit(r, EINVAL,
					  wanted->soft_given ? "the hard limit stays below it"
							     : "the soft limit stays above it",
					  e);
		if (then.hard > now->hard && !may_raise())
			return fail_limit(r, EPERM, "raise the hard limit", e);
	}
	return 0;
}

static int look_at_oom(struct nsx_standing *s, struct nsx_error *e)
{
	long len;

	s->oom = nsx_oom_open(O_RDWR);
	len = s->oom < 0 ? s->oom : nsx_sys_read(s->oom, s->oom_was, sizeof(s->oom_was) - 1);
	if (len < 0)
		return nsx_fail(e, NSX_STEP_OOM, (int)-len, "open ours in /proc", NULL);
	s->oom_was[len] = '\0';
	return 0;
}

int nsx_standing_look(const struct nsx_request *rq, struct nsx_target *t, struct nsx_standing *s,
		      struct nsx_error *e)
{
	if (s->looked)
		return 0;
	s->looked = true;
	if (nsx_standing_caps_asked(rq) && look_at_ours(s, e) < 0)
		return -1;
	if (from_target(&rq->credentials) && look_at_target(t, s, e) < 0)
		return -1;
	if (rq->confines.any_limit && look_at_limits(&rq->confines, s, e) < 0)
		return -1;
	return rq->confines.oom_score_adj ? look_at_oom(s, e) : 0;
}
