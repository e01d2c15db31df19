/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <errno.h>
#include <stdbool.h>

#include "text.h"

struct splitter {
	const char *text;
	size_t at, len;
	char *put; /* never ahead of the text that it comes from */
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Bytes are counted from 1, as people count them. */
static int fail_at(size_t at, int err, const char *what, struct nsx_error *e)
{
	char buf[64];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_str(&t, "byte ");
	nsx_text_u64(&t, at + 1);
	nsx_text_str(&t, ": ");
	nsx_text_str(&t, what);
	return nsx_fail(e, NSX_STEP_WORDS, err, buf, NULL);
}

int nsx_words_too_long(struct nsx_error *e)
{
	return nsx_fail_number(e, NSX_STEP_WORDS, E2BIG, "too long", "more than ", NSX_WORDS_MAX,
			       " bytes");
}

int nsx_words_add(struct nsx_words *words, char *word, struct nsx_error *e)
{
	if (words->n == NSX_WORDS_COUNT_MAX)
		return nsx_fail_number(e, NSX_STEP_WORDS, E2BIG, "too many words", "more than ",
				       NSX_WORDS_COUNT_MAX, "");
	words->word[words->n++] = word;
	words->word[words->n] = NULL;
	return 0;
}

/* Entered behind a backslash.  Inside "..." it quotes only what is special there. */
static int take_escaped(struct splitter *s, bool in_double, struct nsx_error *e)
{
	char c;

	if (s->at == s->len)
		return fail_at(s->at - 1, 0, "nothing behind the backslash", e);
	c = s->text[s->at++];
	if (c == '\n')
		return 0; /* a continued line */
	if (in_double && c != '$' && c != '`' && c != '"' && c != '\\')
		*s->put++ = '\\';
	*s->put++ = c;
	return 0;
}

/* Entered behind an opening quote, left behind the closing one. */
static int take_quoted(struct splitter *s, char quote, struct nsx_error *e)
{
	size_t opened = s->at - 1;

	while (s->at < s->len && s->text[s->at] != quote) {
		char c = s->text[s->at++];

		if (c == '\\' && quote == '"') {
			if (take_escaped(s, true, e) < 0)
				return -1;
		} else {
			*s->put++ = c;
		}
	}
	if (s->at == s->len)
		return fail_at(opened, 0, "quote not closed", e);
	s->at++;
	return 0;
}

/*
 * Entered at a byte that is no blank, left at a blank or the end.  @any tells a
 * word, though it be an empty "", from a continued line that holds nothing.
 */
static int take_word(struct splitter *s, bool *any, struct nsx_error *e)
{
	*any = false;
	while (s->at < s->len && !blank(s->text[s->at])) {
		char c = s->text[s->at++];
		char *before = s->put;
		int rc = 0;

		if (c == '\'' || c == '"')
			rc = take_quoted(s, c, e);
		else if (c == '\\')
			rc = take_escaped(s, false, e);
		else
			*s->put++ = c;
		if (rc < 0)
			return -1;
		*any = *any || c != '\\' || s->put != before;
	}
	return 0;
}

int nsx_words_split(const char *text, size_t len, struct nsx_words_store *store,
		    struct nsx_words *out, struct nsx_error *e)
{
	struct splitter s = { .text = text, .len = len, .put = store->bytes };
	struct nsx_words words = { .word = store->word + 1 };

	if (len > NSX_WORDS_MAX)
		return nsx_words_too_long(e);
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			return fail_at(i, 0, "NUL", e);
	words.word[0] = NULL;
	for (;;) {
		char *word = s.put;
		bool any;

		while (s.at < s.len && blank(s.text[s.at]))
			s.at++;
		if (s.at == s.len)
			break;
		if (take_word(&s, &any, e) < 0)
			return -1;
		if (!any)
			continue;
		*s.put++ = '\0';
		if (nsx_words_add(&words, word, e) < 0)
			return -1;
	}
	*out = words;
	return 0;
}

int nsx_words_cut(struct nsx_words_store *store, size_t len, struct nsx_words *out,
		  struct nsx_error *e)
{
	struct nsx_words words = { .word = store->word + 1 };
	char *word = store->bytes;

	if (len == 0)
		return nsx_fail(e, NSX_STEP_WORDS, 0, "nothing arrived before end of file", NULL);
	if (len > NSX_WORDS_MAX)
		return nsx_words_too_long(e);
	if (store->bytes[len - 1])
		return fail_at(len - 1, 0, "the last word has no NUL: the writer ended half-way",
			       e);
	for (size_t i = 0; i < len; i++) {
		if (store->bytes[i])
			continue;
		if (nsx_words_add(&words, word, e) < 0)
			return -1;
		word = store->bytes + i + 1;
	}
	*out = words;
	return 0;
}
