/* SPDX-License-Identifier: Apache-2.0 */
#include "visit.h"

#include "kindset.h"
#include "where.h"

/* Nobody can leave them again (user), or not while there are other threads (time). */
static const nsx_kinds no_way_back = NSX_KIND_BIT(NSX_USER) | NSX_KIND_BIT(NSX_TIME);

void nsx_visit_init(struct nsx_visit *v)
{
	*v = (struct nsx_visit){ .kinds = 0 };
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		v->there[k] = NSX_NOFD;
}

void nsx_visit_close(struct nsx_visit *v)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		nsx_fd_close(&v->there[k]);
}

/* The first kind of a set that is not empty. */
static const char *first_name(nsx_kinds set)
{
	enum nsx_kind k = 0;

	while (!(set & NSX_KIND_BIT(k)))
		k++;
	return nsx_kind_table[k].name;
}

static int check_entry(const struct nsexec_entry *entry, struct nsx_visit *v, struct nsx_error *e)
{
	const bool of_file =
		entry->where.place == NSEXEC_AT_PATH || entry->where.place == NSEXEC_AT_FD;
	nsx_kinds kinds;

	if (nsx_api_kinds(entry->kinds, &kinds, e) < 0)
		return -1;
	if (!kinds)
		return nsx_fail(e, NSX_STEP_OPTIONS, 0, "an entry of no kind", NULL);
	if (of_file && (kinds & (kinds - 1)))
		return nsx_fail(e, NSX_STEP_OPTIONS, 0, "a file is a namespace of one kind", NULL);
	if (kinds & no_way_back) {
		(void)nsx_fail(e, NSX_STEP_OPTIONS, 0, "there is no way back",
			       first_name(kinds & no_way_back));
		return nsx_hint(e, NSX_HINT_NO_WAY_BACK, 0);
	}
	if (kinds & v->kinds)
		return nsx_fail(e, NSX_STEP_OPTIONS, 0, "one kind twice",
				first_name(kinds & v->kinds));
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (kinds & NSX_KIND_BIT(k))
			v->where[k] = &entry->where;
	v->kinds |= kinds;
	return 0;
}

/* The kinds of one entry are all of the same process, whoever has its PID by then. */
static int open_entry(const struct nsexec_entry *entry, struct nsx_visit *v, struct nsx_error *e)
{
	struct nsx_where place;
	int rc;

	nsx_where_init(&place);
	rc = nsx_where_look(&entry->where, &place, e);
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT && rc == 0; k++) {
		if (v->where[k] != &entry->where)
			continue;
		v->there[k] = nsx_where_take(&place, k, e);
		if (v->there[k] < 0)
			rc = -1;
	}
	nsx_where_close(&place);
	return rc;
}

int nsx_visit_open(const struct nsexec_entry *entry, size_t n, struct nsx_visit *v,
		   struct nsx_error *e)
{
	for (size_t i = 0; i < n; i++)
		if (check_entry(&entry[i], v, e) < 0)
			return -1;
	for (size_t i = 0; i < n; i++)
		if (open_entry(&entry[i], v, e) < 0)
			return -1;
	return 0;
}
