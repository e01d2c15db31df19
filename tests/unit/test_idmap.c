/* SPDX-License-Identifier: Apache-2.0 */
#include "idmap.h"

#include "unit.h"

static struct nsx_range range;
static struct nsx_idmap map;
static char text[NSX_IDMAP_BYTES];

/* "inside outside count", or "no". */
static const char *parsed(const char *word)
{
	static char buf[64];

	unit_case = word;
	if (nsx_range_parse(word, &range) < 0)
		return "no";
	(void)snprintf(buf, sizeof(buf), "%u %u %u", range.inside, range.outside, range.count);
	return buf;
}

static void both_forms_are_understood(void)
{
	check_text(parsed("0:100000:65536"), "0 100000 65536");
	check_text(parsed("100000,0,65536"), "0 100000 65536");
	check_text(parsed("1:2:3"), "1 2 3");
	check_text(parsed("1,2,3"), "2 1 3");
	check_text(parsed("007:08:009"), "7 8 9");
}

static void ids_end_where_the_kernel_says(void)
{
	check_text(parsed("0:0:4294967295"), "0 0 4294967295");
	check_text(parsed("4294967294:0:1"), "4294967294 0 1");
	check_text(parsed("0:4294967294:1"), "0 4294967294 1");
	check_text(parsed("0:0:4294967296"), "no");
	check_text(parsed("1:0:4294967295"), "no");
	check_text(parsed("0:1:4294967295"), "no");
	check_text(parsed("4294967295:0:1"), "no");
	check_text(parsed("0:4294967295:1"), "no");
	check_text(parsed("0:0:0"), "no");
	check_text(parsed("18446744073709551616:0:1"), "no");
}

static void all_else_is_refused(void)
{
	static const char *const words[] = {
		"",	   ":",	      "::",	"1",	  "1:",	      "1:2",	"1:2:",
		"1:2:3:",  "1:2:3:4", "1,2:3",	"1:2,3",  "1,2",      "1,2,",	",1,2,3",
		"-1:2:3",  "+1:2:3",  " 1:2:3", "1 :2:3", "1:2:3 ",   "1: 2:3", "a:2:3",
		"0x1:2:3", "1;2;3",   "1.2.3",	"1::3",	  "auto:1:2",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		check_text(parsed(words[i]), "no");
}

static void words_are_known(void)
{
	check_int(nsx_range_word("auto"), NSX_RANGE_AUTO);
	check_int(nsx_range_word("subids"), NSX_RANGE_SUBIDS);
	check_int(nsx_range_word("all"), NSX_RANGE_ALL);
	check_int(nsx_range_word("0:0:1"), NSX_RANGE_NUMBERS);
	check_int(nsx_range_word("Auto"), NSX_RANGE_NUMBERS);
	check_int(nsx_range_word("allow"), NSX_RANGE_NUMBERS);
	check_int(nsx_range_word(""), NSX_RANGE_NUMBERS);
}

static void begin(void)
{
	memset(&map.range, 0x55, sizeof(map.range));
	map.own = map.full = false;
	map.n = 0;
}

static void add(uint32_t inside, uint32_t outside, uint32_t count)
{
	nsx_idmap_add(&map, &(struct nsx_range){ inside, outside, count });
}

static const char *made(void)
{
	struct nsx_text t = nsx_text_on(text, sizeof(text));

	nsx_idmap_text(&map, &t);
	check(!t.cut);
	return text;
}

static void ranges_stay_as_they_are_without_our_own(void)
{
	begin();
	check_text(made(), "");
	add(0, 100000, 10);
	add(10, 5, 1);
	check_text(made(), "0 100000 10\n10 5 1\n");
	check(!map.own && !map.full);
	begin();
	add(0, 0, UINT32_MAX);
	check_text(made(), "0 0 4294967295\n");
}

static void our_own_is_left_out_of_ranges(void)
{
	begin();
	nsx_idmap_own(&map, 0, 1000);
	add(0, 100000, 10);
	check_text(made(), "0 1000 1\n1 100000 9\n");
	begin();
	nsx_idmap_own(&map, 5, 1000);
	add(0, 100000, 10);
	check_text(made(), "5 1000 1\n0 100000 5\n6 100005 4\n");
	begin();
	nsx_idmap_own(&map, 9, 1000); /* the last one */
	add(0, 100000, 10);
	check_text(made(), "9 1000 1\n0 100000 9\n");
	begin();
	nsx_idmap_own(&map, 10, 100010); /* beside it */
	add(0, 100000, 10);
	check_text(made(), "10 100010 1\n0 100000 10\n");
	begin();
	nsx_idmap_own(&map, 77, 100003); /* outside alone */
	add(0, 100000, 10);
	check_text(made(), "77 100003 1\n0 100000 3\n3 100004 6\n");
}

static void our_own_may_be_in_the_way_on_both_sides(void)
{
	begin();
	nsx_idmap_own(&map, 2, 105);
	add(0, 100, 10);
	check_text(made(), "2 105 1\n0 100 2\n3 102 3\n6 106 4\n");
	begin();
	nsx_idmap_own(&map, 3, 103);
	add(0, 100, 10);
	check_text(made(), "3 103 1\n0 100 3\n4 104 6\n");
	begin();
	nsx_idmap_own(&map, 0, 100);
	add(0, 100, 1);
	check_text(made(), "0 100 1\n");
	begin();
	nsx_idmap_own(&map, 0, 101);
	add(0, 100, 2);
	check_text(made(), "0 101 1\n1 100 1\n");
	begin();
	nsx_idmap_own(&map, 0, 1000);
	add(0, 0, UINT32_MAX);
	check_text(made(), "0 1000 1\n1 0 1000\n1001 1001 4294966294\n");
}

/* ---- every id one by one, beside it ---- */

enum { IDS = 48, NOBODY = -1 };

/* What is called inside as what outside, as a list says it that is made id by id. */
struct model {
	int outside_of[IDS];
	size_t n;
};

static void model_of(struct model *m, const struct nsx_range *own, const struct nsx_range *r)
{
	uint32_t in = r->inside, out = r->outside;
	const uint32_t in_end = in + r->count, out_end = out + r->count;

	for (;;) {
		if (own && in < in_end && in == own->inside)
			in++;
		if (own && out < out_end && out == own->outside)
			out++;
		if (in >= in_end || out >= out_end)
			return;
		m->outside_of[in++] = (int)out++;
	}
}

static void check_map_is(const struct model *m)
{
	int got[IDS];

	for (int i = 0; i < IDS; i++)
		got[i] = NOBODY;
	for (size_t i = 0; i < map.n; i++)
		for (uint32_t k = 0; k < map.range[i].count; k++) {
			const uint32_t in = map.range[i].inside + k;

			if (!check(in < IDS) || !check_int(got[in], NOBODY))
				return;
			got[in] = (int)(map.range[i].outside + k);
		}
	for (int i = 0; i < IDS; i++) {
		check_int(got[i], m->outside_of[i]);
		for (int other = 0; other < i; other++)
			check(got[i] == NOBODY || got[i] != got[other]);
	}
}

static void every_small_range_is_as_id_by_id(void)
{
	enum { SIDE = 7 };

	for (uint32_t n = 0; n < 2 * SIDE * SIDE * SIDE * SIDE * SIDE; n++) {
		const struct nsx_range own = { n % SIDE, n / SIDE % SIDE, 1 };
		const struct nsx_range r = { n / SIDE / SIDE % SIDE, n / SIDE / SIDE / SIDE % SIDE,
					     1 + n / SIDE / SIDE / SIDE / SIDE % SIDE };
		const bool with_own = n / SIDE / SIDE / SIDE / SIDE / SIDE;
		struct model m;

		for (int i = 0; i < IDS; i++)
			m.outside_of[i] = NOBODY;
		begin();
		if (with_own) {
			nsx_idmap_own(&map, own.inside, own.outside);
			m.outside_of[own.inside] = (int)own.outside;
		}
		add(r.inside, r.outside, r.count);
		model_of(&m, with_own ? &own : NULL, &r);
		check(map.n <= 4 && !map.full);
		for (size_t i = 0; i < map.n; i++)
			check(map.range[i].count > 0);
		check_map_is(&m);
	}
}

/* Ranges that have nothing in common, as a user would have to say them. */
static void many_ranges_are_as_id_by_id(void)
{
	unsigned seed = 1;

	for (int round = 0; round < 2000; round++) {
		struct nsx_range own = { 0, 0, 1 };
		uint32_t in = 0, out = 0;
		struct model m;

		for (int i = 0; i < IDS; i++)
			m.outside_of[i] = NOBODY;
		seed = seed * 1103515245 + 12345;
		own.inside = seed >> 16 & 31;
		own.outside = seed >> 21 & 31;
		begin();
		nsx_idmap_own(&map, own.inside, own.outside);
		m.outside_of[own.inside] = (int)own.outside;
		while (in < 32 && out < 32) {
			struct nsx_range r;

			seed = seed * 1103515245 + 12345;
			r = (struct nsx_range){ in + (seed >> 16 & 3), out + (seed >> 18 & 3),
						1 + (seed >> 20 & 7) };
			add(r.inside, r.outside, r.count);
			model_of(&m, &own, &r);
			in = r.inside + r.count;
			out = r.outside + r.count;
		}
		check_map_is(&m);
	}
}

static void as_many_as_the_kernel_takes(void)
{
	begin();
	nsx_idmap_own(&map, 4294967294U, 4294967294U);
	for (uint32_t i = 1; i < NSX_IDMAP_MAX; i++)
		add(4294900000U + 2 * i, 4294900000U + 2 * i, 1);
	check_int(map.n, NSX_IDMAP_MAX);
	check(!map.full);
	check_int(strlen(made()), NSX_IDMAP_MAX * strlen("4294900000 4294900000 1\n"));
	add(1, 1, 1);
	check_int(map.n, NSX_IDMAP_MAX);
	check(map.full);
}

/* One that our own id cuts into three does not fit into the last place. */
static void half_a_range_is_not_taken_for_a_whole_one(void)
{
	begin();
	nsx_idmap_own(&map, 5, 105);
	for (uint32_t i = 1; i < NSX_IDMAP_MAX - 1; i++)
		add(1000 + i, 1000 + i, 1);
	add(0, 100, 10);
	check(map.full);
}

int main(void)
{
	unit("both forms of a range are understood", both_forms_are_understood);
	unit("ids end where the kernel says", ids_end_where_the_kernel_says);
	unit("all else is refused", all_else_is_refused);
	unit("words in place of numbers are known", words_are_known);
	unit("ranges stay as they are without an id of our own",
	     ranges_stay_as_they_are_without_our_own);
	unit("our own id is left out of ranges", our_own_is_left_out_of_ranges);
	unit("our own id may be in the way on both sides", our_own_may_be_in_the_way_on_both_sides);
	unit("every small range is what it is id by id", every_small_range_is_as_id_by_id);
	unit("many ranges are what they are id by id", many_ranges_are_as_id_by_id);
	unit("as many ranges are taken as the kernel takes", as_many_as_the_kernel_takes);
	unit("half a range is not taken for a whole one",
	     half_a_range_is_not_taken_for_a_whole_one);
	return unit_end();
}
