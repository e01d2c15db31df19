/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded text: written into the caller's storage, read by length. */
#ifndef NSX_TEXT_H
#define NSX_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A text that is being written.  Always NUL-terminated; what does not fit is
 * left out and remembered in @cut.
 */
struct nsx_text {
	char *buf;
	size_t size; /* bytes of @buf, the NUL included; at least 1 */
	size_t len;
	bool cut;
};

struct nsx_text nsx_text_on(char *buf, size_t size);
void nsx_text_bytes(struct nsx_text *t, const char *bytes, size_t len);
void nsx_text_str(struct nsx_text *t, const char *s);
void nsx_text_u64(struct nsx_text *t, uint64_t n);
void nsx_text_i64(struct nsx_text *t, int64_t n);

/* As a JSON string, quotes included; bytes that are not UTF-8 become U+FFFD. */
void nsx_text_json(struct nsx_text *t, const char *s);

/* With everything that could steer a terminal shown as \xHH. */
void nsx_text_plain(struct nsx_text *t, const char *s);

size_t nsx_text_len(const char *s);
bool nsx_text_same(const char *a, const char *b);

/* The same @len bytes, whatever they are? */
bool nsx_bytes_same(const void *a, const void *b, size_t len);

/* Does @s begin with @start?  Return: what follows it, or NULL. */
const char *nsx_text_after(const char *s, const char *start);

/*
 * Does @s begin with two letters?  They are in the code, so that where nothing else begins
 * so, not even the page is touched that holds the whole name.
 */
static inline bool nsx_text_begins(const char *s, char first, char second)
{
	return s[0] == first && s[1] == second;
}

/* Do @len bytes say @name, which is small letters and '_'?  Case does not matter, nor '-'. */
bool nsx_text_names(const char *bytes, size_t len, const char *name);

/* Read the digits at the beginning of @s.  Return: what follows them; NULL: none, or above @max. */
const char *nsx_text_digits(const char *s, uint64_t max, uint64_t *out);

/**
 * nsx_text_number() - read a whole string as a decimal number
 * @s:   digits only; no sign, no blanks, not empty
 * @max: largest value that is accepted
 * @out: written only on success
 *
 * Return: true if the whole of @s is a number up to @max.
 */
bool nsx_text_number(const char *s, uint64_t max, uint64_t *out);

#endif
