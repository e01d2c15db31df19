/* SPDX-License-Identifier: Apache-2.0 */
#include "auxv.h"

#include <elf.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "unit.h"

extern char **environ;

static struct nsx_auxv auxv;

static void check_ours(void)
{
	check(auxv.known);
	check_int(auxv.secure, getauxval(AT_SECURE));
	check_int(auxv.phdr, getauxval(AT_PHDR));
	check_int(auxv.phnum, getauxval(AT_PHNUM));
}

/* The first thing main() does, as environ has not moved by then. */
static void found_behind_the_environment(void)
{
	nsx_auxv_find(environ, &auxv);
	check_ours();
	check((char **)auxv.on_stack > environ);
}

static void found_in_proc_if_the_environment_has_moved(void)
{
	char **moved = calloc(4, sizeof(*moved));

	moved[0] = strdup("A=1");
	nsx_auxv_find(moved, &auxv);
	check(auxv.on_stack == NULL);
	if (access("/proc/self/auxv", R_OK) == 0)
		check_ours();
	free(moved[0]);
	free(moved);
}

/*
 * Vectors of our own making.  They must lie on the real stack, as the kernel's
 * does, and not in storage that ASan keeps for locals.
 */
struct stack {
	char *env[2];
	uint64_t pair[12];
};

__attribute__((no_sanitize("address"), noinline)) static void look_at(const uint64_t *pairs,
								      size_t n)
{
	static char variable[] = "A=1";
	struct stack stack = { .env = { variable, NULL } };

	for (size_t i = 0; i < n; i++)
		stack.pair[i] = pairs[i];
	nsx_auxv_find(stack.env, &auxv);
	check(auxv.on_stack == NULL || auxv.on_stack == stack.pair);
}

#define LOOK_AT(...) \
	look_at((const uint64_t[]){ __VA_ARGS__ }, sizeof((uint64_t[]){ __VA_ARGS__ }) / 8)

static void secure_is_seen(void)
{
	LOOK_AT(AT_SECURE, 1, AT_PAGESZ, 4096, AT_PHDR, 64, AT_PHNUM, 9, AT_NULL, 0);
	check(auxv.on_stack != NULL);
	check(auxv.known && auxv.secure);
	check_int(auxv.phdr, 64);
	check_int(auxv.phnum, 9);
	LOOK_AT(AT_PHDR, 64, AT_IGNORE, 5, AT_PAGESZ, 65536, AT_SECURE, 0, AT_NULL, 0);
	check(auxv.known && !auxv.secure && auxv.on_stack);
}

/* Then /proc/self/auxv tells, and never what the doubtful one said. */
static void doubtful_vectors_are_not_believed(void)
{
	LOOK_AT(AT_PAGESZ, 4096, AT_PHDR, 64, AT_NULL, 0);
	check(auxv.on_stack == NULL);
	LOOK_AT(AT_SECURE, 1, AT_PHDR, 64, AT_NULL, 0);
	check(auxv.on_stack == NULL);
	LOOK_AT(AT_SECURE, 1, AT_PAGESZ, 4096, AT_NULL, 0);
	check(auxv.on_stack == NULL);
	LOOK_AT(AT_SECURE, 1, AT_PAGESZ, 5000, AT_PHDR, 64, AT_NULL, 0);
	check(auxv.on_stack == NULL);
	LOOK_AT(AT_SECURE, 1, AT_PAGESZ, 0, AT_PHDR, 64, AT_NULL, 0);
	check(auxv.on_stack == NULL);
	LOOK_AT(AT_NULL, 0);
	check(auxv.on_stack == NULL);
	if (access("/proc/self/auxv", R_OK) == 0)
		check_ours();
}

int main(void)
{
	unit("the vector is found behind the environment", found_behind_the_environment);
	unit("it is found in /proc if the environment has moved",
	     found_in_proc_if_the_environment_has_moved);
	unit("more privileges than the caller's are seen", secure_is_seen);
	unit("a vector that lacks what the kernel always gives is not believed",
	     doubtful_vectors_are_not_believed);
	return unit_end();
}
