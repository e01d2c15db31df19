/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "environ.h"

#include <elf.h>
#include <stddef.h>

#include "inert.h"
#include "text.h"

extern char **environ __attribute__((weak));

static const char default_name[] = "libnsexec-preload.so";

NSX_INERT char **nsx_environ(char **envp)
{
	return &environ && environ ? environ : envp;
}

static bool is_ours(const char *entry)
{
	static const char names[][16] = { "NSEXEC=",	  "NSEXEC_FD=",	    "NSEXEC_LOG=",
					  "NSEXEC_PATH=", "NSEXEC_ANSWER=", "NSEXEC_TRACE=" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (nsx_text_after(entry, names[i]))
			return true;
	return false;
}

static void wipe(char *s)
{
	while (*s)
		*s++ = '\0';
}

static const char *base_name(const char *path, size_t *len)
{
	const char *base = path;

	for (size_t i = 0; i < *len; i++)
		if (path[i] == '/')
			base = path + i + 1;
	*len -= (size_t)(base - path);
	return base;
}

static bool same_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	if (a_len != b_len)
		return false;
	while (a_len--)
		if (a[a_len] != b[a_len])
			return false;
	return true;
}

/*
 * Is this entry of LD_PRELOAD the object that we are?  The loader's name for it
 * is the entry itself, unless it was searched for or held a $TOKEN.
 */
static bool names_us(const char *entry, size_t len, const char *own)
{
	size_t own_len = nsx_text_len(own), base_len = len;
	const char *base = base_name(entry, &base_len);
	bool as_typed = base != entry;

	if (same_bytes(entry, len, own, own_len))
		return true;
	for (size_t i = 0; i < len; i++)
		as_typed = as_typed && entry[i] != '$';
	own = base_name(own, &own_len);
	return !as_typed && same_bytes(base, base_len, own, own_len);
}

/* The linked-in constructor has no name; it knows the preload by its file's. */
static bool is_our_entry(const char *entry, size_t len, const char *own)
{
	if (own)
		return names_us(entry, len, own);
	entry = base_name(entry, &len);
	return same_bytes(entry, len, default_name, sizeof(default_name) - 1);
}

static bool separates(char c)
{
	return c == ':' || c == ' ' || c == '\t' || c == '\n';
}

/* Keep all entries but ours, each with the separator in front of it; wipe the rest. */
static void scrub_preload(char *list, const char *own)
{
	char *put = list, *at = list;

	while (*at) {
		char *word = at;
		size_t len;

		while (separates(*word))
			word++;
		for (len = 0; word[len] && !separates(word[len]); len++)
			;
		if (len && !is_our_entry(word, len, own)) {
			if (put == list)
				at = word; /* the first one needs none */
			while (at < word + len)
				*put++ = *at++;
		}
		at = word + len;
	}
	wipe(put);
}

/*
 * Removing an entry from the array leaves a gap before the auxiliary vector, and
 * Go's runtime looks for that right behind the environment's NULL.  A gap of
 * whole pairs is filled with AT_IGNORE; one of half a pair cannot be, and Go
 * then reads /proc/self/auxv.
 */
static void fill_gap(char **end, char **old_end, bool is_stack)
{
	const size_t slots = (size_t)(old_end - end);
	uint64_t *gap = (uint64_t *)(end + 1);

	for (size_t i = 0; i < slots; i++)
		gap[i] = is_stack && slots % 2 == 0 && i % 2 == 0 ? AT_IGNORE : AT_NULL;
}

size_t nsx_environ_scrub(char **env, const struct nsx_auxv *auxv)
{
	const char *own = nsx_auxv_own_name(auxv);
	char **put = env, **at;

	for (at = env; *at; at++) {
		const char *list = nsx_text_after(*at, "LD_PRELOAD=");
		bool drop = is_ours(*at);

		if (list) {
			char *value = *at + (list - *at);
			const bool was_empty = !*value;

			scrub_preload(value, own);
			drop = !*value && !was_empty;
		}
		if (drop)
			wipe(*at);
		else
			*put++ = *at;
	}
	*put = NULL;
	fill_gap(put, at, auxv->on_stack);
	return (size_t)(at - env);
}

static bool has(char *const *variables, const char *one)
{
	while (*variables && *variables != one)
		variables++;
	return *variables;
}

/*
 * The kernel's own copies lie behind the vector, and ours to write; what a constructor
 * before us has put into the array may be anywhere, or read-only.
 */
static bool is_kernels(const char *variable, const struct nsx_auxv *auxv)
{
	return auxv->on_stack && variable > (const char *)auxv->on_stack;
}

void nsx_environ_put(char **env, size_t room, char *const *variables, const struct nsx_auxv *auxv)
{
	size_t n = 0;

	for (char **at = env; *at; at++)
		if (is_kernels(*at, auxv) && !has(variables, *at))
			wipe(*at);
	for (; n < room && variables[n]; n++)
		env[n] = variables[n];
	env[n] = NULL;
	fill_gap(env + n, env + room, auxv->on_stack);
}
