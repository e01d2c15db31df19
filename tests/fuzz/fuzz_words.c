/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Noise for the rooms that read foreign bytes: words, options and the target.
 * The first byte chooses the carrier (odd: NSEXEC is split, even: NSEXEC_FD is
 * cut), the rest is what it brings.  A broken promise ends in abort().
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "target.h"
#include "words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct nsx_words_store store, again;

#define promise(claim) ((claim) ? (void)0 : broken(#claim))

static void broken(const char *claim)
{
	(void)fprintf(stderr, "broken promise: %s\n", claim);
	abort();
}

/* An error has a step that this room may name, and a subject that ends. */
static void check_error(const struct nsx_error *e, enum nsx_step step)
{
	char text[1024];

	promise(e->step == step);
	promise(e->err == 0 || e->err == E2BIG);
	promise(e->hint < NSX_HINT_COUNT);
	promise(memchr(e->subject, '\0', sizeof(e->subject)));
	promise(e->subject[0]);
	nsx_error_text(e, text, sizeof(text));
	for (const char *c = text; *c; c++)
		promise((unsigned char)*c >= 0x20 && *c != 0x7f);
	nsx_error_hint(e, text, sizeof(text));
	promise(nsx_error_status(e) == 125);
}

static void check_no_error(const struct nsx_error *e)
{
	promise(e->step == NSX_STEP_NONE && e->err == 0 && e->hint == NSX_HINT_NONE);
	promise(!e->subject[0]);
}

/* The words lie in the store one behind the other, and the list of them ends. */
static void check_words(const struct nsx_words *words)
{
	const char *next = store.bytes;

	promise(words->word == store.word + 1);
	promise(words->n <= NSX_WORDS_COUNT_MAX);
	promise(words->word[words->n] == NULL);
	for (size_t i = 0; i < words->n; i++) {
		promise(words->word[i] >= next);
		promise(words->word[i] < store.bytes + sizeof(store.bytes));
		next = memchr(words->word[i], '\0',
			      (size_t)(store.bytes + sizeof(store.bytes) - words->word[i]));
		promise(next);
		next++;
	}
}

/* @word within single quotes, as a shell script would pass it on.  Return: its end. */
static char *quote(char *put, const char *word)
{
	*put++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			put = stpcpy(put, "'\\'");
		*put++ = *word;
	}
	*put++ = '\'';
	*put++ = ' ';
	return put;
}

/* Quoted and split once more, they are the same words. */
static void check_round_trip(const struct nsx_words *words)
{
	char *text = malloc((size_t)4 * sizeof(store.bytes) + (size_t)3 * NSX_WORDS_COUNT_MAX);
	struct nsx_error e = { 0 };
	struct nsx_words got;
	char *put = text;

	if (!text)
		return;
	for (size_t i = 0; i < words->n; i++)
		put = quote(put, words->word[i]);
	if (put - text <= NSX_WORDS_MAX) {
		promise(nsx_words_split(text, (size_t)(put - text), &again, &got, &e) == 0);
		promise(got.n == words->n);
		for (size_t i = 0; i < got.n; i++)
			promise(strcmp(got.word[i], words->word[i]) == 0);
	}
	free(text);
}

/* From storage of exactly that size, so that ASan sees a byte too many. */
static int split(const uint8_t *data, size_t size, struct nsx_words *words, struct nsx_error *e)
{
	char *text = malloc(size ? size : 1);
	int rc;

	if (!text)
		abort();
	memcpy(text, data, size);
	rc = nsx_words_split(text, size, &store, words, e);
	free(text);
	return rc;
}

static int cut(const uint8_t *data, size_t size, struct nsx_words *words, struct nsx_error *e)
{
	/* What comes first is all that is ever read of a longer one. */
	if (size > sizeof(store.bytes))
		size = sizeof(store.bytes);
	memcpy(store.bytes, data, size);
	return nsx_words_cut(&store, size, words, e);
}

static bool is_word(const struct nsx_words *words, char *const *at)
{
	return at >= words->word && at < words->word + words->n;
}

static bool in_store(const char *s)
{
	return !s || (s >= store.bytes && s < store.bytes + sizeof(store.bytes));
}

static void check_kind(const struct nsx_request *rq, enum nsx_kind kind)
{
	const char *file = rq->file[kind];

	promise(in_store(file));
	promise(!file || (*file && (rq->join & NSX_KIND_BIT(kind))));
	promise(rq->show != NSX_SHOW_NOTHING || !nsx_from_target(rq, kind) || rq->target);
}

/* A request holds together, and everything that it points to is in the words. */
static void check_request(const struct nsx_words *words, const struct nsx_request *rq)
{
	promise(!rq->program || is_word(words, rq->program));
	promise(in_store(rq->target) && in_store(rq->root_dir) && in_store(rq->wd_dir));
	promise(in_store(rq->wdns_dir));
	promise((rq->join & ~NSX_KINDS_ALL) == 0);
	promise(rq->report_fd >= NSX_NOFD);
	promise(!rq->uid.given || rq->uid.id != UINT32_MAX);
	promise(!rq->gid.given || rq->gid.id != UINT32_MAX);
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		check_kind(rq, k);
}

static void check_target(const char *target)
{
	struct nsx_error e = { 0 };
	struct nsx_who who;

	if (nsx_who_parse(target, &who, &e) < 0)
		check_error(&e, NSX_STEP_TARGET);
	else
		promise(who.pid > 0 || who.pidfd >= 0 || (who.named && *who.bare));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nsx_error e = { 0 };
	struct nsx_words words;
	struct nsx_request rq;
	int rc;

	if (size == 0)
		return 0;
	memset(store.bytes, 'x', 256); /* nothing of the input before may show */
	rc = data[0] & 1 ? split(data + 1, size - 1, &words, &e)
			 : cut(data + 1, size - 1, &words, &e);
	if (rc < 0) {
		check_error(&e, NSX_STEP_WORDS);
		return 0;
	}
	check_no_error(&e);
	check_words(&words);
	check_round_trip(&words);
	if (nsx_options_parse(&words, NSX_DIALECT_OURS, &rq, &e) < 0) {
		check_error(&e, NSX_STEP_OPTIONS);
		return 0;
	}
	check_no_error(&e);
	check_request(&words, &rq);
	if (rq.target)
		check_target(rq.target);
	return 0;
}
