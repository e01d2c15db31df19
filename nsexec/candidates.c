/* SPDX-License-Identifier: Apache-2.0 */
#include "candidates.h"

#include <errno.h>

#include "text.h"

void nsx_candidates_close(struct nsx_candidates *c)
{
	nsx_pile_close(&c->rows);
	nsx_pile_close(&c->texts);
}

size_t nsx_candidates_count(const struct nsx_candidates *c)
{
	return c->rows.used / sizeof(struct nsx_candidate);
}

struct nsx_candidate *nsx_candidates_at(const struct nsx_candidates *c, size_t i)
{
	return (struct nsx_candidate *)(void *)c->rows.at + i;
}

const char *nsx_candidates_text(const struct nsx_candidates *c, size_t text)
{
	return c->texts.at + text;
}

static bool same_cgroup(const struct nsx_candidates *c, const struct nsx_candidate *of,
			const char *cgroup, size_t len)
{
	const char *its = nsx_candidates_text(c, of->cgroup);

	return nsx_text_len(its) == len && nsx_cgroup_is_in(its, cgroup, len, true);
}

static bool is_better(const struct nsx_procfs_stat *a, const struct nsx_procfs_stat *b)
{
	return a->start < b->start || (a->start == b->start && a->pid < b->pid);
}

void nsx_candidates_note(struct nsx_candidates *c, const struct nsx_candidate *new,
			 const char *cgroup, size_t len, const char *id, size_t id_len)
{
	struct nsx_candidate *row;

	for (size_t i = 0; len && i < nsx_candidates_count(c); i++) {
		row = nsx_candidates_at(c, i);
		if (row->rank != new->rank || !same_cgroup(c, row, cgroup, len))
			continue;
		if (new->first == row->first ? is_better(&new->stat, &row->stat) : new->first) {
			row->stat = new->stat;
			row->first = new->first;
		}
		return;
	}
	row = nsx_pile_add(&c->rows, sizeof(*row));
	if (!row) {
		c->lost = true;
		return;
	}
	*row = *new;
	row->cgroup = nsx_pile_text(&c->texts, cgroup, len, &c->lost);
	row->id = nsx_pile_text(&c->texts, id, id_len, &c->lost);
}

static unsigned lowest_rank(const struct nsx_candidates *c)
{
	unsigned rank = UINT32_MAX;

	for (size_t i = 0; i < nsx_candidates_count(c); i++)
		if (nsx_candidates_at(c, i)->rank < rank)
			rank = nsx_candidates_at(c, i)->rank;
	return rank;
}

/* Is it the first of its rank that is this process? */
static bool counts(const struct nsx_candidates *c, unsigned rank, size_t at)
{
	const struct nsx_candidate *row = nsx_candidates_at(c, at);

	for (size_t i = 0; i < at; i++)
		if (nsx_candidates_at(c, i)->rank == rank &&
		    nsx_candidates_at(c, i)->stat.pid == row->stat.pid)
			return false;
	return row->rank == rank;
}

/* Is its id, as far as it is shown, another's too? */
static bool id_says_nothing(const struct nsx_candidates *c, const struct nsx_candidate *row,
			    size_t shown)
{
	const char *id = nsx_candidates_text(c, row->id);

	for (size_t i = 0; i < nsx_candidates_count(c); i++) {
		const struct nsx_candidate *other = nsx_candidates_at(c, i);
		const char *its = nsx_candidates_text(c, other->id);
		size_t n = 0;

		while (n < shown && id[n] == its[n])
			n++;
		if (other != row && other->rank == row->rank && n == shown && (id[n] || !its[n]))
			return true;
	}
	return false;
}

/* "1234 0123456789ab", or with its cgroup, or its command. */
static void describe(const struct nsx_candidates *c, const struct nsx_candidate *row, int proc,
		     struct nsx_text *t)
{
	enum { ID_SHOWN = 12, COMMAND_SHOWN = 28 };
	const char *cgroup = nsx_candidates_text(c, row->cgroup);
	const char *id = nsx_candidates_text(c, row->id);
	const size_t len = nsx_text_len(id), shown = nsx_is_container_id(id, len) ? ID_SHOWN : len;
	char command[COMMAND_SHOWN];

	nsx_text_i64(t, row->stat.pid);
	nsx_text_str(t, " ");
	if (*id && !id_says_nothing(c, row, shown)) {
		nsx_text_bytes(t, id, shown);
	} else if (*cgroup) {
		nsx_text_str(t, cgroup);
	} else {
		nsx_procfs_command(proc, row->stat.pid, command, sizeof(command));
		nsx_text_str(t, command);
	}
}

/* As many as there is room for in an error, and how many there are beside. */
static void list(const struct nsx_candidates *c, unsigned rank, int proc, struct nsx_text *t)
{
	enum { ROOM_FOR_MORE = 16 };
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < nsx_candidates_count(c); i++) {
		char one[120];
		struct nsx_text line = nsx_text_on(one, sizeof(one));

		if (!counts(c, rank, i))
			continue;
		describe(c, nsx_candidates_at(c, i), proc, &line);
		if (more || (shown && t->len + line.len + ROOM_FOR_MORE >= t->size)) {
			more++;
			continue;
		}
		nsx_text_str(t, shown++ ? ", " : ": ");
		nsx_text_str(t, one);
	}
	if (!more)
		return;
	nsx_text_str(t, ", and ");
	nsx_text_u64(t, more);
	nsx_text_str(t, " more");
}

static int fail_ambiguous(const struct nsx_candidates *c, unsigned rank, const char *name, int proc,
			  struct nsx_error *e)
{
	char text[sizeof(e->subject)];
	struct nsx_text t = nsx_text_on(text, sizeof(text));
	enum { NAME_SHOWN = 80 };
	const size_t len = nsx_text_len(name);

	nsx_text_str(&t, "ambiguous (");
	nsx_text_bytes(&t, name, len < NAME_SHOWN ? len : NAME_SHOWN);
	nsx_text_str(&t, len < NAME_SHOWN ? ")" : "...)");
	list(c, rank, proc, &t);
	(void)nsx_fail(e, NSX_STEP_TARGET, 0, text, NULL);
	return nsx_hint(e, NSX_HINT_AMBIGUOUS, 0);
}

const struct nsx_candidate *nsx_candidates_choose(const struct nsx_candidates *c, const char *name,
						  int proc, struct nsx_error *e)
{
	const unsigned rank = lowest_rank(c);
	const struct nsx_candidate *found = NULL;

	if (c->lost) {
		(void)nsx_fail(e, NSX_STEP_TARGET, ENOMEM, name, NULL);
		return NULL;
	}
	for (size_t i = 0; i < nsx_candidates_count(c); i++) {
		if (!counts(c, rank, i))
			continue;
		if (found) {
			(void)fail_ambiguous(c, rank, name, proc, e);
			return NULL;
		}
		found = nsx_candidates_at(c, i);
	}
	return found;
}
