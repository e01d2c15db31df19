/* SPDX-License-Identifier: Apache-2.0 */
#include "caps.h"

#include "unit.h"

#define ADMIN NSX_CAP_BIT(12) /* net_admin */
#define CHOWN NSX_CAP_BIT(0)
#define KILL NSX_CAP_BIT(5)

enum { AS_IT_IS = 0x0f00, ALL = 0xffff, TARGET = 0x00f0 };

static char item[128];

static const char *wrong(const char *text, struct nsx_cap_set *set)
{
	struct nsx_text bad = nsx_text_on(item, sizeof(item));

	unit_case = text;
	return nsx_caps_parse(text, set, &bad);
}

/* The set that @text makes, of the ones above. */
static nsx_caps of(const char *text)
{
	struct nsx_cap_set set = { 0 };

	check_text(wrong(text, &set), NULL);
	check(set.given);
	check(!(set.add & set.drop));
	return nsx_caps_of(&set, AS_IT_IS, ALL, TARGET);
}

static void names_are_read_in_any_case_with_or_without_cap(void)
{
	check_int(of("net_admin"), ADMIN);
	check_int(of("CAP_NET_ADMIN"), ADMIN);
	check_int(of("cap_net_admin,Kill"), ADMIN | KILL);
	check_int(of("net-admin"), ADMIN);
	check_int(of("12,0"), ADMIN | CHOWN);
	check_int(of("63"), NSX_CAP_BIT(63));
	check_int(of("checkpoint_restore"), NSX_CAP_BIT(40));
}

static void first_word_says_what_it_begins_with(void)
{
	check_int(of("none"), 0);
	check_int(of("all"), ALL);
	check_int(of("target"), TARGET);
	check_int(of("ALL,-net_admin"), ALL & ~ADMIN);
	check_int(of("none,+kill,chown"), KILL | CHOWN);
	check_int(of("target,net_admin"), TARGET | ADMIN);
	check_int(of("target,-5"), TARGET & ~KILL);
	check_int(of("net_admin,kill,-kill"), ADMIN);
}

static void signs_count_from_what_it_would_be(void)
{
	check_int(of("+kill"), AS_IT_IS | KILL);
	check_int(of("-8,-9"), AS_IT_IS & ~0x300);
	check_int(of("-kill,+kill"), AS_IT_IS | KILL);
	check_int(of("+kill,-kill"), AS_IT_IS & ~KILL);
	check_int(of("-all,+kill"), KILL);
	check_int(of("+kill,-all"), 0);
	check_int(of("+all,-kill"), ALL & ~KILL);
	check_int(of("-kill,+all"), ALL);
}

static void what_is_wrong_is_named(void)
{
	static const struct {
		const char *text, *item;
	} rows[] = {
		{ "", "" },
		{ ",", "" },
		{ "kill,", "" },
		{ "kill,,chown", "" },
		{ "foo", "foo" },
		{ "kill,cap_foo,chown", "cap_foo" },
		{ "cap_", "cap_" },
		{ "cap_12", "cap_12" },
		{ "64", "64" },
		{ "99999999999999999999", "99999999999999999999" },
		{ "kill ", "kill " },
		{ "+", "+" },
		{ "-none", "-none" },
		{ "+target", "+target" },
		{ "kill,all", "all" },
		{ "kill,none", "none" },
		{ "all,target", "target" },
		{ "+kill,chown", "chown" },
		{ "++kill", "++kill" },
		{ "kil", "kil" },
		{ "killl", "killl" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nsx_cap_set set = { .add = 0x55 };

		check(wrong(rows[i].text, &set) != NULL);
		check_text(item, rows[i].item);
		check(set.add == 0x55 && !set.given);
	}
}

static const char *shown(nsx_caps set)
{
	static char buf[4096];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_caps_put(&t, set, ((nsx_caps)1 << 41) - 1);
	return buf;
}

static void sets_are_shown_the_shorter_way(void)
{
	check_text(shown(0), "none");
	check_text(shown(ADMIN | KILL), "cap_kill,cap_net_admin");
	check_text(shown(((nsx_caps)1 << 41) - 1), "all");
	check_text(shown((((nsx_caps)1 << 41) - 1) & ~KILL), "all but cap_kill");
	check_text(shown(NSX_CAP_BIT(63)), "cap 63");
}

static void every_capability_is_read_as_it_is_shown(void)
{
	for (unsigned cap = 0; cap < NSX_CAP_NAMED; cap++) {
		static char name[64];
		struct nsx_text t = nsx_text_on(name, sizeof(name));

		nsx_cap_put(&t, cap);
		check(strlen(name) > 4);
		check_int(of(name), NSX_CAP_BIT(cap));
		check_int(of(name + 4), NSX_CAP_BIT(cap));
		check_int(nsx_caps_first(NSX_CAP_BIT(cap) | NSX_CAP_BIT(63)), cap);
	}
}

/* Whatever is typed: no crash, one of the two, and a set that is consistent. */
static void noise_is_understood_or_refused(void)
{
	static const char *const pieces[] = { "+",	"-",	",",	   "all", "none",
					      "target", "kill", "cap_",	   "12",  "net_admin",
					      "x",	"64",	"CAP_\xff" };
	unsigned seed = 1, good = 0, bad = 0;

	for (int i = 0; i < 200000; i++) {
		struct nsx_cap_set set = { 0 };
		static char text[128];

		text[0] = '\0';
		for (unsigned n = seed >> 16 & 7; n; n--) {
			seed = seed * 1103515245u + 12345u;
			strcat(text, pieces[(seed >> 16) % (sizeof(pieces) / sizeof(*pieces))]);
		}
		seed = seed * 1103515245u + 12345u;
		if (wrong(text, &set)) {
			bad++;
			check(!set.given);
			continue;
		}
		good++;
		check(set.given && !(set.add & set.drop));
	}
	check(good > 1000 && bad > 1000);
}

int main(void)
{
	unit("names are read in any case, with or without cap_, and numbers",
	     names_are_read_in_any_case_with_or_without_cap);
	unit("the first word says what a set begins with", first_word_says_what_it_begins_with);
	unit("signs count from what the set would be", signs_count_from_what_it_would_be);
	unit("what is wrong is named, and nothing is written", what_is_wrong_is_named);
	unit("sets are shown the shorter way", sets_are_shown_the_shorter_way);
	unit("every capability is read as it is shown", every_capability_is_read_as_it_is_shown);
	unit("noise is understood or refused", noise_is_understood_or_refused);
	return unit_end();
}
