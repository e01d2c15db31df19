/* SPDX-License-Identifier: Apache-2.0 */
#include "show.h"

#include <errno.h>

#include "show_creating.h"
#include "show_standing.h"
#include "sys_fd.h"
#include "sys_memory.h"

enum {
	COLUMN_ACT = 0,
	COLUMN_STEP = 5,
	COLUMN_WHAT = 13,
	COLUMN_INODE = 21,
	COLUMN_OWNER = 33,
	COLUMN_HOW = 45,
	TABLE_BYTES = 512 * 1024, /* paths of 256 grafts are a fifth of that */
	ROW_BYTES = 64 * 1024,	  /* two maps of 340 lines are a third of that */
};

/* What is never written to takes no memory. */
struct paper {
	char table[TABLE_BYTES];
	char row[ROW_BYTES];
};

/* A table row by row; @start is where the row at hand begins. */
struct table {
	struct nsx_text *t;
	size_t start;
	char *row; /* for what is in a row, ROW_BYTES */
};

static void column(struct table *table, size_t at)
{
	while (table->t->len < table->start + at && !table->t->cut)
		nsx_text_str(table->t, " ");
	/* A long cell pushes the next one along instead of touching it. */
	if (at && table->t->len > table->start && table->t->buf[table->t->len - 1] != ' ')
		nsx_text_str(table->t, " ");
}

static void cell(struct table *table, size_t at, const char *text)
{
	column(table, at);
	nsx_text_plain(table->t, text);
}

static void cell_number(struct table *table, size_t at, uint64_t number)
{
	column(table, at);
	if (number)
		nsx_text_u64(table->t, number);
	else
		nsx_text_str(table->t, "?");
}

static void end_row(struct table *table)
{
	nsx_text_str(table->t, "\n");
	table->start = table->t->len;
}

/* @act 0: none, the row is there for information. */
static void begin_row(struct table *table, size_t act, const char *step)
{
	if (act)
		cell_number(table, COLUMN_ACT, act);
	else
		cell(table, COLUMN_ACT, "-");
	cell(table, COLUMN_STEP, step);
}

static void row_kind(struct table *table, size_t act, const char *step, enum nsx_kind kind,
		     const struct nsx_facts *f, const char *how)
{
	begin_row(table, act, step);
	cell(table, COLUMN_WHAT, nsx_kind_table[kind].name);
	cell_number(table, COLUMN_INODE, f->ns[kind].theirs.ino);
	cell_number(table, COLUMN_OWNER, f->ns[kind].owner);
	cell(table, COLUMN_HOW, how);
	end_row(table);
}

static void row_text(struct table *table, size_t act, const char *step, const char *text)
{
	begin_row(table, act, step);
	cell(table, COLUMN_WHAT, text);
	end_row(table);
}

/* The same, of what is in table->row; never less of it without a word. */
static void row_of(struct table *table, size_t act, enum nsx_step step, const struct nsx_text *t)
{
	row_text(table, act, nsx_step_name(step), t->buf);
	table->t->cut = table->t->cut || t->cut;
}

static void rows_join(struct table *table, size_t number, const struct nsx_act *act,
		      const struct nsx_engine *en)
{
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		const char *how = act->path ? act->path : "target, by itself";

		if (!(act->kinds & NSX_KIND_BIT(k)))
			continue;
		if (act->way == NSX_WAY_PIDFD)
			how = "target, by pidfd: all of this act or none";
		row_kind(table, number, nsx_step_name(act->step), k, &en->facts, how);
	}
}

static void rows_cgroup(struct table *table, size_t number, const struct nsx_cgroups *cgroups)
{
	for (size_t i = 0; i < cgroups->n; i++) {
		struct nsx_text t = nsx_text_on(table->row, ROW_BYTES);

		nsx_text_str(&t, cgroups->at[i].name);
		nsx_text_str(&t, " ");
		nsx_text_str(&t, cgroups->at[i].path);
		row_of(table, number, NSX_STEP_CGROUP, &t);
	}
}

static void put_id(struct nsx_text *t, const char *name, const struct nsx_id *id)
{
	if (!id->given)
		return;
	nsx_text_str(t, name);
	nsx_text_u64(t, id->id);
	nsx_text_str(t, ", ");
}

static void row_become(struct table *table, size_t number, const struct nsx_act *act)
{
	struct nsx_text t = nsx_text_on(table->row, ROW_BYTES);

	put_id(&t, "uid ", &act->uid);
	put_id(&t, "gid ", &act->gid);
	if (act->keep_groups)
		nsx_text_str(&t, "supplementary groups stay");
	else if (!act->n_groups)
		nsx_text_str(&t, "no supplementary groups");
	for (size_t i = 0; i < act->n_groups; i++) {
		nsx_text_str(&t, i ? "," : "supplementary groups ");
		nsx_text_u64(&t, act->groups[i]);
	}
	row_of(table, number, act->step, &t);
}

/* Where in there, and how; and from where, if it is called otherwise out here. */
static void rows_graft(struct table *table, size_t number, const struct nsx_grafts *all)
{
	static const char how[][32] = {
		[NSX_GRAFT_OVER] = "",
		[NSX_GRAFT_MERGE] = ", before what is there",
		[NSX_GRAFT_IF_NONE] = ", unless it is there",
		[NSX_GRAFT_HIDE] = ", if it is there",
		[NSX_GRAFT_DIRECTORY] = ", empty, unless it is there",
	};

	for (size_t i = 0; i < all->n; i++) {
		const struct nsx_graft *graft = &all->at[i];
		struct nsx_text t = nsx_text_on(table->row, ROW_BYTES);

		nsx_text_str(&t, graft->to);
		if (graft->from && !nsx_text_same(graft->from, graft->to)) {
			nsx_text_str(&t, " from ");
			nsx_text_str(&t, graft->from);
		}
		nsx_text_str(&t, how[graft->how]);
		nsx_text_str(&t, graft->writable ? ", writable" : "");
		row_of(table, number, NSX_STEP_GRAFT, &t);
	}
}

static bool row_creating(struct table *table, size_t number, const struct nsx_engine *en)
{
	const struct nsx_act *act = &en->plan.act[number - 1];
	struct nsx_text t = nsx_text_on(table->row, ROW_BYTES);

	if (!nsx_show_creating(&t, act, &en->facts.outside, en->rq))
		return false;
	row_of(table, number, act->step, &t);
	return true;
}

static bool row_standing(struct table *table, size_t number, const struct nsx_engine *en)
{
	const struct nsx_act *act = &en->plan.act[number - 1];
	struct nsx_text t = nsx_text_on(table->row, ROW_BYTES);

	if (!nsx_show_standing(&t, act, &en->facts))
		return false;
	row_of(table, number, act->step, &t);
	return true;
}

static void row_act(struct table *table, size_t number, const struct nsx_engine *en)
{
	const struct nsx_act *act = &en->plan.act[number - 1];
	const char *text = "";

	if (row_creating(table, number, en) || row_standing(table, number, en))
		return;
	switch (act->step) {
	case NSX_STEP_CGROUP:
		rows_cgroup(table, number, &en->facts.cgroups);
		return;
	case NSX_STEP_GRAFT:
		rows_graft(table, number, act->grafts);
		return;
	case NSX_STEP_JOIN:
		rows_join(table, number, act, en);
		return;
	case NSX_STEP_BECOME:
		row_become(table, number, act);
		return;
	case NSX_STEP_LABEL:
		text = act->text;
		break;
	case NSX_STEP_ROOT:
		text = en->rq->root_dir ? en->rq->root_dir : "the target's";
		break;
	case NSX_STEP_CWD:
		text = act->path ? act->path : en->rq->wd_dir ? en->rq->wd_dir : "the target's";
		break;
	case NSX_STEP_PTY:
		text = "a session and terminal of its own; the first process relays";
		break;
	case NSX_STEP_FORK:
		text = en->rq->detach ? "a new process; the first one ends"
		       : en->rq->init ? "an init, and a new process; the first one waits for it"
				      : "a new process; the first one waits for it";
		break;
	default:
		break;
	}
	row_text(table, number, nsx_step_name(act->step), text);
}

/* The acts change nothing there; it has been made already. */
static void row_environment(struct table *table, size_t number, const struct nsx_engine *en)
{
	struct nsx_text t = nsx_text_on(table->row, ROW_BYTES);

	nsx_text_u64(&t, en->environment.n);
	nsx_text_str(&t, en->environment.n == 1 ? " variable" : " variables");
	nsx_text_str(&t,
		     en->rq->target_env ? ", made from the target's" : ", made from the caller's");
	row_of(table, number, NSX_STEP_ENVIRON, &t);
}

static void row_guest(struct table *table, size_t number, const struct nsx_needs *needs)
{
	struct nsx_text t = nsx_text_on(table->row, ROW_BYTES);

	nsx_text_str(&t, needs->path);
	nsx_text_str(&t, needs->elf.kind == NSX_ELF_STATIC ? ", opened out here" : ", ours");
	row_of(table, number, NSX_STEP_EXEC, &t);
}

static void row_last(struct table *table, size_t number, const struct nsx_engine *en)
{
	if (en->rq->preload)
		row_text(table, number, nsx_step_name(NSX_STEP_PRELOAD), en->rq->program[0]);
	else if (en->guest.asked && !en->host_fork)
		row_guest(table, number, &en->guest.room->needs);
	else if (en->rq->program)
		row_text(table, number, nsx_step_name(NSX_STEP_EXEC), en->rq->program[0]);
	else if (en->host_fork)
		row_text(table, number, "return", "to the host program");
	else
		row_text(table, number, nsx_step_name(NSX_STEP_EXEC), "$SHELL, else /bin/sh");
}

int nsx_show(const char *text, size_t len, struct nsx_error *e)
{
	while (len) {
		long rc = nsx_sys_write(1, text, len);

		if (rc <= 0)
			return nsx_fail(e, NSX_STEP_REPORT, rc ? (int)-rc : EIO, "standard output",
					NULL);
		text += rc;
		len -= (size_t)rc;
	}
	return 0;
}

static void put_plan(struct table *table, const struct nsx_engine *en)
{
	size_t rows = en->plan.n;

	begin_row(table, 0, "step");
	table->t->buf[0] = '#';
	cell(table, COLUMN_WHAT, "kind");
	cell(table, COLUMN_INODE, "inode");
	cell(table, COLUMN_OWNER, "owner");
	cell(table, COLUMN_HOW, "from");
	end_row(table);
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (en->facts.shared & NSX_KIND_BIT(k))
			row_kind(table, 0, "keep", k, &en->facts, "already ours");
	for (size_t i = 1; i <= en->plan.n; i++)
		row_act(table, i, en);
	if (en->environment.variable)
		row_environment(table, ++rows, en);
	row_last(table, rows + 1, en);
}

static int show_on(struct paper *paper, const struct nsx_engine *en, struct nsx_error *e)
{
	struct nsx_text t = nsx_text_on(paper->table, sizeof(paper->table));
	struct table table = { .t = &t, .row = paper->row };

	put_plan(&table, en);
	if (t.cut)
		return nsx_fail(e, NSX_STEP_REPORT, E2BIG, "the plan", NULL);
	return nsx_show(t.buf, t.len, e);
}

int nsx_show_plan(const struct nsx_engine *en, struct nsx_error *e)
{
	const long where = nsx_sys_mmap(sizeof(struct paper));
	int rc;

	if (where <= 0) /* never 0 */
		return nsx_fail(e, NSX_STEP_REPORT, (int)-where, "room for the plan", NULL);
	rc = show_on((struct paper *)where, en, e);
	(void)nsx_sys_munmap((struct paper *)where, sizeof(struct paper)); /* it is ours */
	return rc;
}
