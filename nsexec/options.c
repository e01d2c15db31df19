/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "parser.h"
#include "text.h"

static int apply(struct nsx_parser *p, enum nsx_option opt, const char *value)
{
	switch (nsx_option_rows[opt].about) {
	case NSX_ABOUT_JOINING:
		return nsx_apply_joining(p, opt, value);
	case NSX_ABOUT_CREATING:
		return nsx_apply_creating(p, opt, value);
	case NSX_ABOUT_BECOMING:
		return nsx_apply_becoming(p, opt, value);
	case NSX_ABOUT_ENVIRONMENT:
		return nsx_apply_environment(p, opt, value);
	case NSX_ABOUT_CREDENTIALS:
		return nsx_apply_credentials(p, opt, value);
	case NSX_ABOUT_LIMITS:
		return nsx_apply_limits(p, opt, value);
	case NSX_ABOUT_RUNNING:
		return nsx_apply_running(p, opt, value);
	case NSX_ABOUT_COUNT:
		break;
	}
	return nsx_parser_fail_option(p, "unknown option", opt);
}

static int take(struct nsx_parser *p, const struct nsx_meaning *m, const char *value)
{
	const enum nsx_takes takes = nsx_option_rows[m->opt].takes;

	if (value && !*value)
		return nsx_parser_fail_option(p, "empty value", m->opt);
	/* Said twice, a flag means the same; a value would silently win or lose. */
	if (p->seen[m->opt] && takes != NSX_TAKES_NOTHING && takes != NSX_TAKES_VALUES)
		return nsx_parser_fail_option(p, "given twice", m->opt);
	p->seen[m->opt] = true;
	if (m->create != NSX_KIND_COUNT)
		return nsx_parser_create(p, m->create, value);
	return apply(p, m->opt, value);
}

/* The words that are still unread, and the one at hand. */
struct reader {
	char **next;
	const char *word;
};

static bool wants_value(const struct nsx_meaning *m)
{
	return m->takes == NSX_TAKES_VALUE || m->takes == NSX_TAKES_VALUES;
}

static struct nsx_meaning meaning_of_row(enum nsx_option opt)
{
	return (struct nsx_meaning){ opt,
				     opt == NSX_OPT_COUNT ? NSX_TAKES_NOTHING
							  : nsx_option_rows[opt].takes,
				     NSX_KIND_COUNT };
}

static struct nsx_meaning by_name(const struct nsx_parser *p, const char *name)
{
	struct nsx_meaning m;
	enum nsx_option opt = 0;

	if (p->dialect == NSX_DIALECT_UNSHARE && nsx_unshare_name(name, &m))
		return m;
	for (; opt < NSX_OPT_COUNT; opt++) {
		const char *rest = nsx_text_after(name, nsx_option_rows[opt].name);

		if (rest && (!*rest || *rest == '='))
			break;
	}
	return meaning_of_row(opt);
}

static struct nsx_meaning by_letter(const struct nsx_parser *p, char letter)
{
	struct nsx_meaning m;
	enum nsx_option opt = 0;

	if (p->dialect == NSX_DIALECT_UNSHARE && nsx_unshare_letter(letter, &m))
		return m;
	while (opt < NSX_OPT_COUNT && nsx_option_rows[opt].letter != letter)
		opt++;
	return meaning_of_row(opt);
}

static int fail_unknown(struct nsx_parser *p, const char *word)
{
	(void)nsx_parser_fail(p, "unknown option", word);
	return nsx_hint(p->e, NSX_HINT_HELP, 0);
}

static int take_long(struct nsx_parser *p, struct reader *r)
{
	const struct nsx_meaning m = by_name(p, r->word + 2);
	const char *rest = r->word + 2;

	if (m.opt == NSX_OPT_COUNT)
		return fail_unknown(p, r->word);
	while (*rest && *rest != '=')
		rest++;
	if (*rest == '=' && m.takes == NSX_TAKES_NOTHING)
		return nsx_parser_fail(p, "takes no value", r->word);
	if (*rest == '=')
		return take(p, &m, rest + 1);
	if (wants_value(&m) && !*r->next)
		return nsx_parser_fail(p, "value missing", r->word);
	return take(p, &m, wants_value(&m) ? *r->next++ : NULL);
}

/* "-aF", "-t1", "-t 1", "-n", "-n/run/x", "-n=/run/x" */
static int take_letters(struct nsx_parser *p, struct reader *r)
{
	for (const char *at = r->word + 1; *at; at++) {
		const struct nsx_meaning m = by_letter(p, *at);
		const char *rest = at + 1;

		if (m.opt == NSX_OPT_COUNT)
			return fail_unknown(p, r->word);
		if (m.takes == NSX_TAKES_NOTHING) {
			if (take(p, &m, NULL) < 0)
				return -1;
			continue;
		}
		if (m.takes == NSX_TAKES_FILE)
			return take(p, &m, *rest ? rest + (*rest == '=') : NULL);
		if (!*rest && !*r->next)
			return nsx_parser_fail(p, "value missing", r->word);
		return take(p, &m, *rest ? rest : *r->next++);
	}
	return 0;
}

int nsx_options_parse(const struct nsx_words *words, enum nsx_dialect dialect,
		      struct nsx_request *out, struct nsx_error *e)
{
	struct nsx_parser p = { .dialect = dialect, .rq = { .report_fd = NSX_NOFD }, .e = e };
	struct reader r = { .next = words->word };

	while (*r.next && **r.next == '-' && (*r.next)[1]) {
		int rc;

		r.word = *r.next++;
		if (nsx_text_same(r.word, "--"))
			break;
		rc = r.word[1] == '-' ? take_long(&p, &r) : take_letters(&p, &r);
		if (rc < 0)
			break;
		if (p.seen[NSX_OPT_PRELOAD] && !p.rq.preload)
			p.rq.preload = r.next - 1; /* it is not for the host */
	}
	/* Who knows unshare(1) says -f where a new process is wanted. */
	if (dialect == NSX_DIALECT_UNSHARE && p.rq.fork == NSX_FORK_AUTO && !p.rq.detach)
		p.rq.fork = NSX_FORK_NEVER;
	if (*r.next)
		p.rq.program = r.next;
	if (e->step != NSX_STEP_NONE || nsx_options_check(&p) < 0) {
		out->report_fd = p.rq.report_fd;
		return -1;
	}
	*out = p.rq;
	return 0;
}
