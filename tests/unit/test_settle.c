/* SPDX-License-Identifier: Apache-2.0 */
#include "settle.h"

#include "sys_identity.h"
#include "unit.h"

enum { A = 1, B = 2, C = 4, D = 8, KNOWN = 0x1ff };
enum { PCAP = 1 << NSX_CAP_SETPCAP };

static struct nsx_credentials c;
static struct nsx_standing s;
static struct nsx_settling how;
static struct nsx_error error;
static char text[512];

/* An ordinary host's root, who executes something. */
static void given_root(void)
{
	c = (struct nsx_credentials){ 0 };
	s = (struct nsx_standing){
		.known = KNOWN,
		.ours = { .permitted = KNOWN & ~D, .effective = KNOWN & ~D, .bounding = KNOWN & ~D }
	};
	how = (struct nsx_settling){ .executes = true, .uid_known = true };
}

static void given_nobody(void)
{
	given_root();
	s.uid = how.uid = how.uid_before = 1000;
	s.ours.permitted = s.ours.effective = 0;
}

static void becomes(uint32_t uid)
{
	how.changes_uid = true;
	how.uid = uid;
}

static struct nsx_cap_set only(nsx_caps caps)
{
	return (struct nsx_cap_set){ .given = true, .from = NSX_CAPS_NONE, .add = caps };
}

static struct nsx_cap_set without(nsx_caps caps)
{
	return (struct nsx_cap_set){ .given = true, .from = NSX_CAPS_AS_IT_IS, .drop = caps };
}

static struct nsx_cap_set with(nsx_caps caps)
{
	return (struct nsx_cap_set){ .given = true, .from = NSX_CAPS_AS_IT_IS, .add = caps };
}

static struct nsx_cap_set from(enum nsx_caps_from word)
{
	return (struct nsx_cap_set){ .given = true, .from = word };
}

static int settle(void)
{
	memset(&error, 0, sizeof(error));
	return nsx_settle_caps(&c, &how, &s, &error);
}

/* "permitted effective inheritable bounding ambient", or the error */
static const char *settled(void)
{
	const struct nsx_cap_sets *w = &s.wanted;

	if (settle() < 0)
		nsx_error_text(&error, text, sizeof(text));
	else
		(void)snprintf(text, sizeof(text), "%llx %llx %llx %llx %llx",
			       (unsigned long long)w->permitted, (unsigned long long)w->effective,
			       (unsigned long long)w->inheritable, (unsigned long long)w->bounding,
			       (unsigned long long)w->ambient);
	return text;
}

static void root_has_exactly_these(void)
{
	given_root();
	c.caps = only(A | B);
	check_text(settled(), "3 3 0 3 0");
	c.caps = without(A);
	check_text(settled(), "1f6 1f6 0 1f6 0");
	c.caps = from(NSX_CAPS_ALL);
	check_text(settled(), "1f7 1f7 0 1f7 0");
	c.caps = only(0);
	check_text(settled(), "0 0 0 0 0");
	c.caps = only(A);
	s.securebits = NSX_SECBIT_NOROOT; /* then root is as any other */
	check_text(settled(), "caps: --caps cap_chown (it would be lost)");
	check_int(error.hint, NSX_HINT_AMBIENT);
}

static void host_keeps_its_bounding_set(void)
{
	given_root();
	how.executes = false;
	c.caps = only(A | B);
	check_text(settled(), "3 3 0 1f7 0");
	becomes(1000);
	check_text(settled(), "3 3 0 1f7 0");
	check(s.keep);
	c.caps = with(A); /* otherwise there would be none */
	check_text(settled(), "1 1 0 1f7 0");
	s.securebits = NSX_SECBIT_KEEP_CAPS;
	check_text(settled(), "1f7 1 0 1f7 0");
	check(!s.keep);
}

static void other_users_need_ambient_ones(void)
{
	given_root();
	becomes(1000);
	c.caps = only(A | B);
	c.ambient = only(A);
	check_text(settled(), "caps: --caps cap_dac_override (it would be lost)");
	check_int(error.hint, NSX_HINT_AMBIENT);
	c.ambient = only(A | B);
	check_text(settled(), "3 3 3 1f7 3");
	check(s.keep);
	c.ambient = from(NSX_CAPS_ALL);
	check_text(settled(), "3 3 3 1f7 3");
	c.ambient = only(A | B | C);
	check_text(settled(), "caps: --ambient cap_dac_read_search (it is not among --caps)");
	c.ambient = (struct nsx_cap_set){ 0 };
	c.caps = without(A); /* nothing is what there would be */
	check_text(settled(), "0 0 0 1f7 0");
}

static void ambient_alone_is_permitted_too(void)
{
	given_root();
	becomes(1000);
	c.ambient = only(A);
	check_text(settled(), "1 1 1 1f7 1");
	check(s.keep);
	c.ambient = only(D);
	check_text(
		settled(),
		"caps --ambient cap_fowner (it is not ours to give): EPERM Operation not permitted");
	c.ambient = only(A);
	c.bounding = without(A);
	check_text(settled(),
		   "caps --ambient cap_chown (it is not in the bounding set): EPERM Operation not "
		   "permitted");
	given_root();
	c.ambient = only(A);
	check_text(settled(), "1f7 1f7 1 1f7 1");
	check(!s.keep);
}

static void nobody_gives_nothing(void)
{
	given_nobody();
	c.caps = only(A);
	check_text(settled(),
		   "caps --caps cap_chown (it is not ours to give): EPERM Operation not permitted");
	c.caps = only(0);
	check_text(settled(), "0 0 0 1f7 0");
	c.caps = from(NSX_CAPS_ALL);
	check_text(settled(), "0 0 0 1f7 0");
	c.bounding = only(0);
	check_text(settled(),
		   "bounding --bounding cap_chown (drop it): EPERM Operation not permitted");
	check_int(error.hint, NSX_HINT_SETPCAP);
}

static void user_namespace_gives_all(void)
{
	given_nobody();
	how.enters_user = true;
	how.uid = how.uid_before = 0;
	c.caps = only(A | D);
	check_text(settled(), "9 9 0 9 0");
	c.caps = (struct nsx_cap_set){ 0 };
	c.bounding = without(D);
	check_text(settled(), "1ff 1ff 0 1f7 0");
	c.keep_caps = true;
	check_text(settled(), "1f7 1f7 1f7 1f7 1f7");
	becomes(1000);
	check_text(settled(), "1f7 1f7 1f7 1f7 1f7");
	check(s.keep);
	given_root();
	c.keep_caps = true;
	check_text(settled(), "caps: --keep-caps, and no user namespace is entered");
}

/* It might be root and it might be not: what holds for both. */
static void unknown_user_is_both(void)
{
	given_nobody();
	how.enters_user = true;
	how.uid_known = false;
	c.caps = only(A);
	check_text(settled(), "caps: --caps cap_chown (it would be lost)");
	c.ambient = only(A);
	check_text(settled(), "1 1 1 1 1");
}

static void bounding_set_only_shrinks(void)
{
	given_root();
	c.bounding = only(A | D);
	check_text(settled(), "bounding --bounding cap_fowner (it is gone from the set for ever): "
			      "EPERM Operation not permitted");
	c.bounding = from(NSX_CAPS_ALL);
	check_text(settled(), "1f7 1f7 0 1f7 0");
	c.caps = only(A);
	check_text(settled(), "bounding: --bounding cap_dac_override (it is not among --caps)");
	check_int(error.hint, NSX_HINT_EXEC_AS_ROOT);
	c.bounding = only(A);
	check_text(settled(), "1 1 0 1 0");
	c.bounding = only(0);
	check_text(settled(),
		   "caps --caps cap_chown (it is not in the bounding set): EPERM Operation not "
		   "permitted");
	given_root();
	s.ours.effective &= ~(nsx_caps)PCAP;
	c.bounding = only(A);
	check_text(settled(),
		   "bounding --bounding cap_dac_override (drop it): EPERM Operation not permitted");
}

static void what_the_target_has_is_taken(void)
{
	given_root();
	s.target =
		(struct nsx_cap_sets){ .permitted = A | B, .effective = A, .bounding = A | B | C };
	how.executes = false;
	c.caps = from(NSX_CAPS_TARGET);
	check_text(settled(), "3 1 0 1f7 0");
	c.bounding = from(NSX_CAPS_TARGET);
	check_text(settled(), "3 1 0 7 0");
	s.target.permitted = D;
	check_text(
		settled(),
		"caps --caps cap_fowner (it is not ours to give): EPERM Operation not permitted");
}

static void unknown_to_the_kernel_is_named(void)
{
	given_root();
	c.caps = only(NSX_CAP_BIT(40));
	check_text(settled(), "caps: --caps cap_checkpoint_restore (this kernel does not have it)");
	c.caps = without(NSX_CAP_BIT(63));
	check_text(settled(), "caps: --caps cap 63 (this kernel does not have it)");
}

/* ---- whatever is asked, played through with the rules of capabilities(7) ---- */

static unsigned seed = 1;

static unsigned dice(unsigned sides)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % sides;
}

static struct nsx_cap_set some_set(void)
{
	struct nsx_cap_set set = { .given = dice(2), .from = dice(4) };

	if (set.given) {
		set.add = dice(KNOWN + 1) & dice(KNOWN + 1);
		set.drop = dice(KNOWN + 1) & ~set.add;
	}
	return set;
}

static struct nsx_cap_sets some_sets(void)
{
	struct nsx_cap_sets sets = { .bounding = dice(KNOWN + 1) | dice(KNOWN + 1),
				     .permitted = dice(KNOWN + 1) | dice(KNOWN + 1) };

	sets.effective = dice(2) ? sets.permitted : sets.permitted & dice(KNOWN + 1);
	sets.inheritable = dice(2) ? 0 : dice(KNOWN + 1);
	sets.ambient = sets.permitted & sets.inheritable & dice(KNOWN + 1);
	return sets;
}

/* The acts, in the order of the plan; false: the kernel refuses one. */
static bool carry_out(struct nsx_cap_sets *now, unsigned bits, bool acts)
{
	if ((now->bounding & ~s.wanted.bounding) && !(now->effective & PCAP))
		return false;
	if (s.wanted.bounding & ~now->bounding)
		return false;
	now->bounding = s.wanted.bounding;
	if (how.changes_uid && !(bits & NSX_SECBIT_NO_SETUID_FIXUP)) {
		if (how.uid_before == 0 && how.uid != 0) {
			now->effective = 0;
			if (!(bits & NSX_SECBIT_KEEP_CAPS) && !s.keep)
				now->permitted = now->ambient = 0;
		} else if (how.uid_before != 0 && how.uid == 0) {
			now->effective = now->permitted;
		}
	}
	if (!acts)
		return true;
	if (s.wanted.permitted & ~now->permitted)
		return false;
	if (s.wanted.effective & ~s.wanted.permitted)
		return false;
	if (s.wanted.inheritable & ~(now->inheritable | now->bounding))
		return false;
	if (!(now->effective & PCAP) &&
	    (s.wanted.inheritable & ~(now->inheritable | now->permitted)))
		return false;
	now->permitted = s.wanted.permitted;
	now->effective = s.wanted.effective;
	now->inheritable = s.wanted.inheritable;
	now->ambient = s.wanted.ambient;
	return !(now->ambient & ~(now->permitted & now->inheritable));
}

/* Of a file without capabilities of its own. */
static nsx_caps after_exec(const struct nsx_cap_sets *now, unsigned bits)
{
	if (how.uid == 0 && !(bits & NSX_SECBIT_NOROOT))
		return now->inheritable | now->bounding | now->ambient;
	return now->ambient;
}

static void check_one_settled(unsigned bits)
{
	const bool acts = c.caps.given || c.ambient.given || c.keep_caps;
	struct nsx_cap_sets now = s.before;
	nsx_caps has;

	if (!check(carry_out(&now, bits, acts)))
		return;
	if (!c.caps.given)
		return;
	has = how.executes ? after_exec(&now, bits) : now.permitted;
	check_int(has, s.wanted.permitted);
	if (c.caps.from != NSX_CAPS_AS_IT_IS) {
		const nsx_caps asked =
			nsx_caps_of(&c.caps, 0, s.before.permitted, s.target.permitted);

		check_int(has, asked);
	}
	check(!(c.caps.add & ~has) && !(c.caps.drop & has));
	if (c.ambient.given)
		check(!(c.ambient.add & ~now.ambient) && !(c.ambient.drop & now.ambient));
	if (c.bounding.given)
		check(!(c.bounding.drop & now.bounding));
}

static void what_is_settled_can_be_done_and_is_exact(void)
{
	unsigned settled_well = 0, refused = 0;

	for (int i = 0; i < 300000; i++) {
		unsigned bits;

		given_root();
		s.ours = some_sets();
		s.target = some_sets();
		s.securebits = dice(3) ? 0 : dice(0x20);
		c.caps = some_set();
		c.bounding = some_set();
		c.ambient = some_set();
		if (!c.caps.given && !c.ambient.given)
			c.keep_caps = dice(2);
		how.executes = dice(2);
		how.enters_user = dice(2);
		how.uid_before = dice(2) ? 0 : 7;
		how.uid = how.uid_before;
		if (dice(2))
			becomes(dice(2) ? 0 : 8);
		bits = how.enters_user ? 0 : s.securebits;
		if (settle() < 0) {
			refused++;
			check(error.step == NSX_STEP_CAPS || error.step == NSX_STEP_BOUNDING);
			continue;
		}
		settled_well++;
		check_one_settled(bits);
	}
	check(settled_well > 10000 && refused > 10000);
}

int main(void)
{
	unit("root has exactly these when it executes a program", root_has_exactly_these);
	unit("a host keeps its bounding set, and what is named", host_keeps_its_bounding_set);
	unit("other users need ambient ones for a program", other_users_need_ambient_ones);
	unit("ambient ones alone are permitted too", ambient_alone_is_permitted_too);
	unit("who has none gives none", nobody_gives_nothing);
	unit("an entered user namespace gives all", user_namespace_gives_all);
	unit("an unknown user may be root or not", unknown_user_is_both);
	unit("the bounding set only shrinks", bounding_set_only_shrinks);
	unit("what the target has is taken", what_the_target_has_is_taken);
	unit("what the kernel does not know is named", unknown_to_the_kernel_is_named);
	unit("what is settled can be done, and is exact", what_is_settled_can_be_done_and_is_exact);
	return unit_end();
}
