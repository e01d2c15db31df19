/* SPDX-License-Identifier: Apache-2.0 */
/* What is said to us: pure. */
#include "needing.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static char *trim(char *s)
{
	size_t len;

	while (is_blank(*s))
		s++;
	len = nsx_text_len(s);
	while (len && is_blank(s[len - 1]))
		len--;
	s[len] = '\0';
	return s;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* " (0x7f...)" at the end, where it has been mapped: cut off.  Return: was it there? */
static bool cut_address(char *s)
{
	size_t at = nsx_text_len(s);
	const char *digits;

	if (!at || s[at - 1] != ')')
		return false;
	while (at && s[at] != '(')
		at--;
	digits = nsx_text_after(s + at, "(0x");
	if (!digits || !is_hex(*digits))
		return false;
	while (is_hex(*digits))
		digits++;
	if (!nsx_text_same(digits, ")") || !at || s[at - 1] != ' ')
		return false;
	s[at - 1] = '\0';
	return true;
}

/* Where @what begins in @s, or at its end. */
static char *find(char *s, const char *what)
{
	while (*s && !nsx_text_after(s, what))
		s++;
	return s;
}

/*
 * musl:  "Error loading shared library NAME: REASON (needed by PROGRAM)"
 * glibc: "PROGRAM: error while loading shared libraries: NAME: cannot open ...", and else
 *        something is wrong with it
 */
static bool cut_complaint(char *s, const char **name)
{
	static const char of_musl[] = "Error loading shared library ";
	static const char of_glibc[] = ": error while loading shared libraries: ";
	const bool is_musl = nsx_text_after(s, of_musl);
	char *end;

	if (!is_musl)
		s = find(s, of_glibc);
	if (!*s)
		return false;
	s += is_musl ? sizeof(of_musl) - 1 : sizeof(of_glibc) - 1;
	end = find(s, is_musl ? ": " : ": cannot open shared object file");
	if (!*end)
		return false;
	*end = '\0';
	*name = s;
	return true;
}

enum nsx_needing_line nsx_needing_line(char *line, const char **what)
{
	char *right, *left = trim(line);

	*what = left;
	right = find(left, " => ");
	if (!*right) {
		if (cut_complaint(left, what))
			return NSX_LINE_MISSING;
		right = left;
	} else {
		*right = '\0';
		right += sizeof(" => ") - 1;
		if (nsx_text_after(right, "not found"))
			return NSX_LINE_MISSING;
	}
	if (!cut_address(right))
		return NSX_LINE_OTHER;
	*what = right;
	for (const char *c = right; *c; c++)
		if (*c == '/')
			return NSX_LINE_LIBRARY;
	return NSX_LINE_OTHER; /* the kernel's own, which is no file */
}

/* "lib", "lib64", "libx32" */
static const char *after_lib(const char *s)
{
	if (!(s = nsx_text_after(s, "/lib")))
		return NULL;
	while (*s == 'x' || (*s >= '0' && *s <= '9'))
		s++;
	return !*s || *s == '/' ? s : NULL;
}

enum nsx_needing_libdir nsx_needing_libdir(const char *dir)
{
	const char *rest = nsx_text_after(dir, "/usr");

	if (rest && *rest == '/')
		dir = nsx_text_after(rest, "/local/") ? nsx_text_after(rest, "/local") : rest;
	if (!after_lib(dir))
		return NSX_LIBDIR_NONE;
	return nsx_text_same(dir, "/lib") ? NSX_LIBDIR_TOP : NSX_LIBDIR_WHOLE;
}

bool nsx_needing_is(const char *name, const char *runtime)
{
	const char *rest = nsx_text_after(name, "lib");

	rest = nsx_text_after(rest ? rest : name, runtime);
	return rest && (!*rest || *rest == '.' || *rest == '-' || (*rest >= '0' && *rest <= '9'));
}

/* ---- env(1) ------------------------------------------------------------------- */

/* What is behind "#!/usr/bin/env", and one word of it. */
struct env_words {
	const char *at;
	char *word; /* of NSX_ELF_INTERPRETER_BYTES */
};

static bool has(const char *text, char what)
{
	while (*text && *text != what)
		text++;
	return *text;
}

/* Return: where it begins; NULL: the end, or a comment, or it has none. */
static const char *next_word(struct env_words *w)
{
	struct nsx_text t = nsx_text_on(w->word, NSX_ELF_INTERPRETER_BYTES);
	const char *begin;
	char quote = '\0';

	while (is_blank(*w->at))
		w->at++;
	begin = w->at;
	if (!*begin || *begin == '#')
		return NULL;
	for (; *w->at && (quote || !is_blank(*w->at)); w->at++) {
		if (*w->at == quote) {
			quote = '\0';
		} else if (!quote && (*w->at == '"' || *w->at == '\'')) {
			quote = *w->at;
		} else {
			w->at += *w->at == '\\' && quote != '\'' && w->at[1];
			nsx_text_bytes(&t, w->at, 1);
		}
	}
	return quote || t.cut ? NULL : begin;
}

/* Past an option that begins at @begin, and past what belongs to it. */
static void pass_option(struct env_words *w, const char *begin)
{
	static const char with_value[][10] = { "--unset", "--chdir", "--argv0" };
	const char *split = nsx_text_after(begin, "--split-string=");

	if (split) {
		w->at = split;
		return;
	}
	for (size_t i = 0; i < sizeof(with_value) / sizeof(*with_value); i++)
		if (nsx_text_same(w->word, with_value[i]))
			(void)next_word(w); /* at the end: nor is there a name */
	for (const char *c = begin + 1; begin[1] != '-' && *c && !is_blank(*c); c++) {
		if (*c == 'S') {
			w->at = c + 1;
			return;
		}
		if (*c != 'u' && *c != 'C' && *c != 'a')
			continue;
		if (!c[1] || is_blank(c[1]))
			(void)next_word(w);
		return;
	}
}

bool nsx_needing_env_name(const char *argument, char name[NSX_ELF_INTERPRETER_BYTES])
{
	struct env_words w = { argument, name };
	const char *begin;

	while ((begin = next_word(&w))) {
		if (*begin == '-')
			pass_option(&w, begin);
		else if (!has(name, '='))
			return !has(name, '$');
	}
	return false;
}
