/* SPDX-License-Identifier: Apache-2.0 */
#include "ids.h"

#include "text.h"

/* The number at *@at, with the blanks in front of it; false: there is none, *@at stays. */
static bool next_number(const char **at, uint32_t *out)
{
	const char *c = *at;
	uint64_t n = 0;

	while (*c == ' ' || *c == '\t')
		c++;
	if (*c < '0' || *c > '9')
		return false;
	for (; *c >= '0' && *c <= '9' && n <= UINT32_MAX; c++)
		n = n * 10 + (uint64_t)(*c - '0');
	if (n > UINT32_MAX)
		return false;
	*out = (uint32_t)n;
	*at = c;
	return true;
}

bool nsx_status_ids(const char *status, const char *name, struct nsx_ids *out)
{
	const char *at = status, *rest;
	uint32_t id;

	while (!(rest = nsx_text_after(at, name))) {
		while (*at && *at != '\n')
			at++;
		if (!*at++)
			return false;
	}
	for (out->n = 0; next_number(&rest, &id); out->n++) {
		if (out->n == NSX_GROUPS_MAX)
			return false;
		out->id[out->n] = id;
	}
	while (*rest == ' ' || *rest == '\t')
		rest++;
	return *rest == '\n';
}

bool nsx_map_next(const char **at, struct nsx_range *out)
{
	if (!next_number(at, &out->inside) || !next_number(at, &out->outside) ||
	    !next_number(at, &out->count))
		return false;
	*at += **at == '\n';
	return true;
}

bool nsx_map_inside(const char *map, uint32_t outside, uint32_t *inside)
{
	struct nsx_range x;

	while (nsx_map_next(&map, &x))
		if (outside >= x.outside && outside - x.outside < x.count) {
			*inside = x.inside + (outside - x.outside);
			return true;
		}
	return false;
}

bool nsx_map_has(const char *map, uint32_t inside)
{
	struct nsx_range x;

	while (nsx_map_next(&map, &x))
		if (inside >= x.inside && inside - x.inside < x.count)
			return true;
	return false;
}
