/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "parser.h"
#include "text.h"

static int apply(struct nsx_parser *p, enum nsx_option opt, const char *value)
{
	switch (nsx_option_rows[opt].about) {
	case NSX_ABOUT_JOINING:
		return nsx_apply_joining(p, opt, value);
	case NSX_ABOUT_BECOMING:
		return nsx_apply_becoming(p, opt, value);
	case NSX_ABOUT_ENVIRONMENT:
		return nsx_apply_environment(p, opt, value);
	case NSX_ABOUT_RUNNING:
		return nsx_apply_running(p, opt, value);
	case NSX_ABOUT_COUNT:
		break;
	}
	return nsx_parser_fail_option(p, "unknown option", opt);
}

static int take(struct nsx_parser *p, enum nsx_option opt, const char *value)
{
	const struct nsx_option_row *row = &nsx_option_rows[opt];

	if (value && !*value)
		return nsx_parser_fail_option(p, "empty value", opt);
	/* Said twice, a flag means the same; a value would silently win or lose. */
	if (p->seen[opt] && row->takes != NSX_TAKES_NOTHING && row->takes != NSX_TAKES_VALUES)
		return nsx_parser_fail_option(p, "given twice", opt);
	p->seen[opt] = true;
	return apply(p, opt, value);
}

/* The words that are still unread, and the one at hand. */
struct reader {
	char **next;
	const char *word;
};

static bool wants_value(enum nsx_option opt)
{
	const enum nsx_takes takes = nsx_option_rows[opt].takes;

	return takes == NSX_TAKES_VALUE || takes == NSX_TAKES_VALUES;
}

static int take_long(struct nsx_parser *p, struct reader *r)
{
	const char *name = r->word + 2;

	for (enum nsx_option opt = 0; opt < NSX_OPT_COUNT; opt++) {
		const struct nsx_option_row *row = &nsx_option_rows[opt];
		const char *rest = nsx_text_after(name, row->name);

		if (!rest || (*rest && *rest != '='))
			continue;
		if (*rest == '=' && row->takes == NSX_TAKES_NOTHING)
			return nsx_parser_fail(p, "takes no value", r->word);
		if (*rest == '=')
			return take(p, opt, rest + 1);
		if (wants_value(opt) && !*r->next)
			return nsx_parser_fail(p, "value missing", r->word);
		return take(p, opt, wants_value(opt) ? *r->next++ : NULL);
	}
	(void)nsx_parser_fail(p, "unknown option", r->word);
	return nsx_hint(p->e, NSX_HINT_HELP, 0);
}

static enum nsx_option by_letter(char letter)
{
	enum nsx_option opt = 0;

	while (opt < NSX_OPT_COUNT && nsx_option_rows[opt].letter != letter)
		opt++;
	return opt;
}

/* "-aF", "-t1", "-t 1", "-n", "-n/run/x", "-n=/run/x" */
static int take_letters(struct nsx_parser *p, struct reader *r)
{
	for (const char *at = r->word + 1; *at; at++) {
		enum nsx_option opt = by_letter(*at);
		const char *rest = at + 1;

		if (opt == NSX_OPT_COUNT) {
			(void)nsx_parser_fail(p, "unknown option", r->word);
			return nsx_hint(p->e, NSX_HINT_HELP, 0);
		}
		if (nsx_option_rows[opt].takes == NSX_TAKES_NOTHING) {
			if (take(p, opt, NULL) < 0)
				return -1;
			continue;
		}
		if (nsx_option_rows[opt].takes == NSX_TAKES_FILE)
			return take(p, opt, *rest ? rest + (*rest == '=') : NULL);
		if (!*rest && !*r->next)
			return nsx_parser_fail(p, "value missing", r->word);
		return take(p, opt, *rest ? rest : *r->next++);
	}
	return 0;
}

int nsx_options_parse(const struct nsx_words *words, struct nsx_request *out, struct nsx_error *e)
{
	struct nsx_parser p = { .rq = { .report_fd = NSX_NOFD }, .e = e };
	struct reader r = { .next = words->word };

	while (*r.next && **r.next == '-' && (*r.next)[1]) {
		int rc;

		r.word = *r.next++;
		if (nsx_text_same(r.word, "--"))
			break;
		rc = r.word[1] == '-' ? take_long(&p, &r) : take_letters(&p, &r);
		if (rc < 0)
			break;
	}
	if (*r.next)
		p.rq.program = r.next;
	if (e->step != NSX_STEP_NONE || nsx_options_check(&p) < 0) {
		out->report_fd = p.rq.report_fd;
		return -1;
	}
	*out = p.rq;
	return 0;
}
