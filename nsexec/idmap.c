/* SPDX-License-Identifier: Apache-2.0 */
#include "idmap.h"

enum nsx_range_word nsx_range_word(const char *text)
{
	if (nsx_text_same(text, "auto"))
		return NSX_RANGE_AUTO;
	if (nsx_text_same(text, "subids"))
		return NSX_RANGE_SUBIDS;
	return nsx_text_same(text, "all") ? NSX_RANGE_ALL : NSX_RANGE_NUMBERS;
}

/* 4294967295 is no id. */
static bool fits(uint32_t first, uint32_t count)
{
	return count && count <= UINT32_MAX - first;
}

int nsx_range_parse(const char *text, struct nsx_range *out)
{
	uint64_t first = 0, second = 0, count = 0;
	const char *at = nsx_text_digits(text, UINT32_MAX, &first);
	const char between = *(at ? at : "");

	if (between != ':' && between != ',')
		return -1;
	at = nsx_text_digits(at + 1, UINT32_MAX, &second);
	if (!at || *at != between || !nsx_text_number(at + 1, UINT32_MAX, &count))
		return -1;
	*out = (struct nsx_range){ (uint32_t)first, (uint32_t)second, (uint32_t)count };
	if (between == ',')
		*out = (struct nsx_range){ (uint32_t)second, (uint32_t)first, (uint32_t)count };
	return fits(out->inside, out->count) && fits(out->outside, out->count) ? 0 : -1;
}

static void put(struct nsx_idmap *map, struct nsx_range range)
{
	if (!range.count)
		return;
	if (map->n == NSX_IDMAP_MAX)
		map->full = true;
	else
		map->range[map->n++] = range;
}

void nsx_idmap_own(struct nsx_idmap *map, uint32_t inside, uint32_t outside)
{
	map->own = true;
	put(map, (struct nsx_range){ inside, outside, 1 });
}

/* One side of a range: @count ids from @first on, without @hole if that is among them. */
struct side {
	uint32_t first;
	uint32_t count;
	bool has_hole;
	uint32_t hole;
};

static struct side side(uint32_t first, uint32_t count, bool own, uint32_t id)
{
	const bool has_hole = own && id >= first && id - first < count;

	return (struct side){ first, count - has_hole, has_hole, id };
}

/* Ids that can be taken from it at once; none right in front of the hole. */
static uint32_t run(const struct side *s)
{
	return s->has_hole && s->hole - s->first < s->count ? s->hole - s->first : s->count;
}

static void skip(struct side *s, uint32_t n)
{
	s->first += n;
	s->count -= n;
	if (s->has_hole && s->first == s->hole) {
		s->first++;
		s->has_hole = false;
	}
}

void nsx_idmap_add(struct nsx_idmap *map, const struct nsx_range *range)
{
	const struct nsx_range own = map->own ? map->range[0] : (struct nsx_range){ 0 };
	struct side in = side(range->inside, range->count, map->own, own.inside);
	struct side out = side(range->outside, range->count, map->own, own.outside);

	while (in.count && out.count) {
		const uint32_t a = run(&in), b = run(&out);
		const uint32_t n = a < b ? a : b;

		put(map, (struct nsx_range){ in.first, out.first, n });
		skip(&in, n);
		skip(&out, n);
	}
}

void nsx_idmap_text(const struct nsx_idmap *map, struct nsx_text *t)
{
	for (size_t i = 0; i < map->n; i++) {
		nsx_text_u64(t, map->range[i].inside);
		nsx_text_str(t, " ");
		nsx_text_u64(t, map->range[i].outside);
		nsx_text_str(t, " ");
		nsx_text_u64(t, map->range[i].count);
		nsx_text_str(t, "\n");
	}
}
