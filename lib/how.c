/* SPDX-License-Identifier: Apache-2.0 */
#include "how.h"

#include <errno.h>
#include <string.h>

#include "how_rows.h"
#include "sized.h"
#include "kindset.h"
#include "text.h"

/* The words so far, and their text, each with its NUL. */
struct composer {
	struct nsx_how *how;
	struct nsx_text text;
	struct nsx_error *e;
};

static int fail(struct nsx_error *e, int err, const char *what, const char *which)
{
	return nsx_fail(e, NSX_STEP_OPTIONS, err, what, which);
}

/* What was written behind @word's beginning is one. */
static int end_word(struct composer *c, char *word)
{
	nsx_text_bytes(&c->text, "", 1);
	if (c->text.cut)
		return nsx_words_too_long(c->e);
	return nsx_words_add(&c->how->words, word, c->e);
}

/* Copied: a session outlives what its caller said. */
static int add_word(struct composer *c, const char *from)
{
	char *word = c->text.buf + c->text.len;

	nsx_text_str(&c->text, from);
	return end_word(c, word);
}

/* "--NAME" or "--NAME=VALUE" */
static int say(struct composer *c, enum nsx_option opt, const char *prefix, const char *value)
{
	char *word = c->text.buf + c->text.len;

	nsx_text_str(&c->text, "--");
	nsx_text_str(&c->text, nsx_option_rows[opt].name);
	if (value) {
		nsx_text_str(&c->text, "=");
		nsx_text_str(&c->text, prefix);
		nsx_text_str(&c->text, value);
	}
	return end_word(c, word);
}

static int say_text(struct composer *c, enum nsx_option opt, const char *value)
{
	if (!*value && nsx_option_rows[opt].takes == NSX_TAKES_FILE)
		value = NULL;
	return say(c, opt, "", value);
}

static int say_texts(struct composer *c, enum nsx_option opt, const char *const *values)
{
	for (; *values; values++)
		if (say(c, opt, "", *values) < 0)
			return -1;
	return 0;
}

static int say_number(struct composer *c, enum nsx_option opt, const char *prefix, int n)
{
	char digits[16];
	struct nsx_text t = nsx_text_on(digits, sizeof(digits));

	nsx_text_i64(&t, n);
	return say(c, opt, prefix, digits);
}

static int say_kinds(struct composer *c, int flags)
{
	static const unsigned char option[NSX_KIND_COUNT] = {
		[NSX_CGROUP] = NSX_OPT_CGROUP, [NSX_IPC] = NSX_OPT_IPC, [NSX_MNT] = NSX_OPT_MOUNT,
		[NSX_NET] = NSX_OPT_NET,       [NSX_PID] = NSX_OPT_PID, [NSX_TIME] = NSX_OPT_TIME,
		[NSX_USER] = NSX_OPT_USER,     [NSX_UTS] = NSX_OPT_UTS,
	};
	nsx_kinds kinds;

	if (nsx_api_kinds(flags, &kinds, c->e) < 0)
		return -1;
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if ((kinds & NSX_KIND_BIT(k)) && say(c, option[k], "", NULL) < 0)
			return -1;
	return 0;
}

static int say_new(struct composer *c, int flags)
{
	char names[64];
	struct nsx_text t = nsx_text_on(names, sizeof(names));
	nsx_kinds kinds;

	if (nsx_api_kinds(flags, &kinds, c->e) < 0)
		return -1;
	nsx_kinds_put(&t, kinds);
	return say(c, NSX_OPT_UNSHARE, "", names);
}

static int say_int(struct composer *c, const struct nsx_how_row *row, int n)
{
	switch (row->says) {
	case NSX_SAYS_PID:
		return say_number(c, row->opt, "", n);
	case NSX_SAYS_PIDFD:
		return say_number(c, row->opt, "pidfd:", n);
	case NSX_SAYS_KINDS:
		return say_kinds(c, n);
	case NSX_SAYS_NEW:
		return say_new(c, n);
	default:
		return say(c, row->opt, "", NULL);
	}
}

/* Not said: 0 or NULL. */
static int say_member(struct composer *c, const struct nsx_how_row *row, const char *member)
{
	const char *text;
	const char *const *texts;
	int n;

	switch (row->says) {
	case NSX_SAYS_TEXT:
		memcpy(&text, member, sizeof(text));
		return text ? say_text(c, row->opt, text) : 0;
	case NSX_SAYS_TEXTS:
		memcpy(&texts, member, sizeof(texts));
		return texts ? say_texts(c, row->opt, texts) : 0;
	default:
		memcpy(&n, member, sizeof(n));
		return n ? say_int(c, row, n) : 0;
	}
}

static int fail_size(struct nsx_error *e, int err, const char *what, size_t size)
{
	return nsx_fail_number(e, NSX_STEP_OPTIONS, err, what, "", size, " bytes");
}

/* No version has such a size, and half a pointer is none. */
static bool ends_in_member(size_t size)
{
	for (size_t i = 0; i < NSX_HOW_ROWS; i++)
		if (nsx_how_rows[i].offset < size &&
		    size < (size_t)nsx_how_rows[i].offset + nsx_how_rows[i].bytes)
			return true;
	return offsetof(struct nsexec_options, reserved) < size &&
	       size < sizeof(struct nsexec_options);
}

/* What a caller of another version has of the struct that we know; @out is all zero. */
static int take(const struct nsexec_options *how, struct nsexec_options *out, struct nsx_error *e)
{
	static const char name[] = "struct nsexec_options";
	const size_t size = how->size, ours = sizeof(*out);

	if (nsx_sized_check(how, name, ours, offsetof(struct nsexec_options, target), e) < 0)
		return -1;
	if (ends_in_member(size))
		return fail_size(e, 0, "size of struct nsexec_options ends in a member", size);
	memcpy(out, how, size < ours ? size : ours);
	if (out->reserved)
		return fail(e, E2BIG, name, "reserved");
	return 0;
}

/* What an answer of the command is about, not of this library. */
static int refuse(const struct nsx_request *rq, struct nsx_error *e)
{
	static const char what[] = "only for the command";
	static const char shows[][15] = {
		[NSX_SHOW_HELP] = "--help",
		[NSX_SHOW_VERSION] = "--version",
		[NSX_SHOW_PRELOAD_PATH] = "--preload-path",
		[NSX_SHOW_LIST] = "--list",
	};

	if (rq->show != NSX_SHOW_NOTHING)
		return fail(e, 0, what, shows[rq->show]);
	if (rq->plan)
		return fail(e, 0, what, "--plan");
	if (rq->trace)
		return fail(e, 0, what, "--trace");
	if (rq->preload)
		return fail(e, 0, what, "--preload");
	if (rq->report_fd != NSX_NOFD)
		return fail(e, 0, what, "--report-fd");
	if (rq->program)
		return fail(e, 0, "PROGRAM among the words; it comes in struct nsexec_program",
			    rq->program[0]);
	return 0;
}

/*
 * A "--" at the end, unless it is the value of the option before it, which then would miss
 * it.  Who puts a "--" and a program behind the words would have that for the program.
 */
static void drop_end(struct nsx_how *how)
{
	char **last = how->words.word + how->words.n - 1;
	struct nsx_error e = { 0 };
	char *end;

	if (!how->words.n || !nsx_text_same(*last, "--"))
		return;
	end = *last;
	*last = NULL;
	if (nsx_options_parse(&how->words, NSX_DIALECT_OURS, &how->rq, &e) < 0) {
		*last = end;
		return;
	}
	how->words.n--;
}

static int say_all(struct composer *c, const struct nsexec_options *known)
{
	for (size_t i = 0; i < NSX_HOW_ROWS; i++)
		if (say_member(c, &nsx_how_rows[i], (const char *)known + nsx_how_rows[i].offset) <
		    0)
			return -1;
	for (const char *const *word = known->words; word && *word; word++)
		if (add_word(c, *word) < 0)
			return -1;
	return 0;
}

int nsx_how_read(const struct nsexec_options *how, struct nsx_how *out, struct nsx_error *e)
{
	struct composer c = { out, nsx_text_on(out->store.bytes, sizeof(out->store.bytes)), e };
	struct nsexec_options known = { 0 };
	int rc;

	out->said_bytes = 0;
	out->words = (struct nsx_words){ .word = out->store.word + 1 };
	out->words.word[0] = NULL;
	if (how && take(how, &known, e) < 0)
		return -1;
	rc = say_all(&c, &known);
	out->said_bytes = c.text.len;
	if (rc < 0 || nsx_options_parse(&out->words, NSX_DIALECT_OURS, &out->rq, e) < 0)
		return -1;
	if (refuse(&out->rq, e) < 0)
		return -1;
	drop_end(out);
	return 0;
}

void nsx_how_forget(struct nsx_how *how)
{
	memset(how->store.bytes, 0, how->said_bytes);
}
