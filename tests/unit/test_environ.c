/* SPDX-License-Identifier: Apache-2.0 */
#include "environ.h"

#include <elf.h>
#include <link.h>

#include "unit.h"

extern char **environ;
extern ElfW(Dyn) _DYNAMIC[] __attribute__((weak, visibility("hidden")));

enum { VARIABLES_MAX = 8, AUXV_WORDS = 6 };

static const struct nsx_auxv nothing_known;

/*
 * An environment as the kernel lays it out: the array, its NULL and behind that
 * the auxiliary vector.  All of it from the heap, where ASan watches.
 */
struct process {
	char **env;
	char *string[VARIABLES_MAX];
	size_t size[VARIABLES_MAX]; /* bytes of each, before it was scrubbed */
	size_t n;
	uint64_t *behind; /* the word after the NULL */
};

static void make(struct process *p, const char *const *variables)
{
	*p = (struct process){ 0 };
	while (variables[p->n])
		p->n++;
	p->env = malloc((p->n + 1 + AUXV_WORDS) * sizeof(*p->env));
	for (size_t i = 0; i < p->n; i++) {
		p->string[i] = strdup(variables[i]);
		p->size[i] = strlen(variables[i]) + 1;
		p->env[i] = p->string[i];
	}
	p->env[p->n] = NULL;
	p->behind = (uint64_t *)(p->env + p->n + 1);
	for (uint64_t i = 0; i < AUXV_WORDS; i++)
		p->behind[i] = 1000 + i;
}

static void end(struct process *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->string[i]);
	free(p->env);
}

/* "A=1|B=2" */
static const char *shown(const struct process *p)
{
	static char buf[1024];
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; p->env[i]; i++)
		at += (size_t)snprintf(buf + at, sizeof(buf) - at, "%s%s", i ? "|" : "", p->env[i]);
	return buf;
}

static bool wiped(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void check_scrub(const char *const *variables, const char *want)
{
	struct process p;

	make(&p, variables);
	unit_case = variables[0] ? variables[0] : "";
	(void)nsx_environ_scrub(p.env, &nothing_known);
	check_text(shown(&p), want);
	end(&p);
}

static void our_variables_go(void)
{
	check_scrub(LIST("NSEXEC=-t 1"), "");
	check_scrub(LIST("NSEXEC_FD=3", "NSEXEC_LOG=debug", "NSEXEC=x", "NSEXEC_TRACE=/t"), "");
	check_scrub(LIST("A=1", "NSEXEC=-t 1", "B=2"), "A=1|B=2");
	check_scrub(LIST("NSEXEC=1", "A=1", "NSEXEC=2", "B=2", "NSEXEC="), "A=1|B=2");
	check_scrub(LIST("NSEXEC_FD="), "");
}

static void other_variables_stay(void)
{
	check_scrub(LIST("A=1", "B=", "C", "=D", ""), "A=1|B=|C|=D|");
	check_scrub(LIST("NSEXEC", "NSEXECX=1", "NSEXEC_=1", "NSEXEC_FDX=1", "nsexec=1"),
		    "NSEXEC|NSEXECX=1|NSEXEC_=1|NSEXEC_FDX=1|nsexec=1");
	check_scrub(LIST("XNSEXEC=1", "XLD_PRELOAD=libnsexec-preload.so"),
		    "XNSEXEC=1|XLD_PRELOAD=libnsexec-preload.so");
	check_scrub((const char *const[]){ NULL }, "");
}

static void their_bytes_are_overwritten(void)
{
	struct process p;

	make(&p, LIST("NSEXEC=-t 1 -S 0", "A=1", "NSEXEC_FD=3",
		      "LD_PRELOAD=a.so:/x/libnsexec-preload.so:b.so"));
	(void)nsx_environ_scrub(p.env, &nothing_known);
	check(wiped(p.string[0], p.size[0]));
	check(wiped(p.string[2], p.size[2]));
	check_text(p.string[1], "A=1");
	check_text(p.string[3], "LD_PRELOAD=a.so:b.so");
	check(wiped(p.string[3] + strlen(p.string[3]), p.size[3] - strlen(p.string[3])));
	end(&p);
	make(&p, LIST("LD_PRELOAD=/x/libnsexec-preload.so"));
	(void)nsx_environ_scrub(p.env, &nothing_known);
	check(wiped(p.string[0], p.size[0]));
	end(&p);
}

/* One row: LD_PRELOAD before and behind; NULL: the variable is gone. */
struct row {
	const char *before, *behind;
};

static void check_rows(const struct row *rows, size_t n, const struct nsx_auxv *auxv)
{
	for (size_t i = 0; i < n; i++) {
		char variable[256], want[256];
		struct process p;

		(void)snprintf(variable, sizeof(variable), "LD_PRELOAD=%s", rows[i].before);
		(void)snprintf(want, sizeof(want), "A=1|LD_PRELOAD=%s|Z=1", rows[i].behind);
		make(&p, LIST("A=1", variable, "Z=1"));
		unit_case = rows[i].before;
		(void)nsx_environ_scrub(p.env, auxv);
		check_text(shown(&p), rows[i].behind ? want : "A=1|Z=1");
		end(&p);
	}
}

#define ROWS(rows, auxv) check_rows(rows, sizeof(rows) / sizeof(*(rows)), auxv)

static void our_entry_goes(void)
{
	static const struct row rows[] = {
		{ "libnsexec-preload.so", NULL },
		{ "/x/libnsexec-preload.so", NULL },
		{ "./libnsexec-preload.so", NULL },
		{ "/x/libnsexec-preload.so:a.so", "a.so" },
		{ "a.so:/x/libnsexec-preload.so", "a.so" },
		{ "a.so:/x/libnsexec-preload.so:b.so", "a.so:b.so" },
		{ "a.so /x/libnsexec-preload.so b.so", "a.so b.so" },
		{ "a.so:/x/libnsexec-preload.so b.so", "a.so b.so" },
		{ "a.so\t/x/libnsexec-preload.so\nb.so", "a.so\nb.so" },
		{ "/x/libnsexec-preload.so:/x/libnsexec-preload.so", NULL },
		{ "/x/libnsexec-preload.so:a.so:/y/libnsexec-preload.so", "a.so" },
		{ "$ORIGIN/libnsexec-preload.so:a.so", "a.so" },
	};

	ROWS(rows, &nothing_known);
}

static void other_entries_stay(void)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "a.so", "a.so" },
		{ "a.so:b.so c.so", "a.so:b.so c.so" },
		{ "xlibnsexec-preload.so", "xlibnsexec-preload.so" },
		{ "libnsexec-preload.so.1", "libnsexec-preload.so.1" },
		{ "/libnsexec-preload.so/a.so", "/libnsexec-preload.so/a.so" },
		{ "libnsexec-preload.s", "libnsexec-preload.s" },
	};

	ROWS(rows, &nothing_known);
}

static void empty_entries_are_harmless(void)
{
	static const struct row rows[] = {
		{ ":libnsexec-preload.so", NULL },
		{ "libnsexec-preload.so:", NULL },
		{ "::libnsexec-preload.so  :", NULL },
		{ ":a.so", "a.so" },
		{ "a.so::b.so", "a.so::b.so" },
		{ "a.so: libnsexec-preload.so :b.so", "a.so :b.so" },
		{ "a.so:libnsexec-preload.so:", "a.so" },
		{ ":libnsexec-preload.so:a.so:", "a.so" },
	};

	ROWS(rows, &nothing_known);
}

/*
 * A loader that has loaded this very program under @own, as far as the scrubbing
 * looks: program header, dynamic section, list of objects.
 */
struct loader {
	struct link_map main_program, us;
	struct r_debug list;
	ElfW(Dyn) dynamic[3];
	ElfW(Phdr) header[4];
	struct nsx_auxv auxv;
};

static void load(struct loader *l, const char *own)
{
	static char nobody[] = "";

	*l = (struct loader){ 0 };
	l->main_program = (struct link_map){ .l_name = nobody, .l_next = &l->us };
	l->us = (struct link_map){ .l_name = (char *)own, .l_ld = _DYNAMIC };
	l->list.r_map = &l->main_program;
	l->dynamic[0] = (ElfW(Dyn)){ .d_tag = DT_NEEDED };
	l->dynamic[1] = (ElfW(Dyn)){ .d_tag = DT_DEBUG, .d_un.d_ptr = (uintptr_t)&l->list };
	l->header[0] = (ElfW(Phdr)){ .p_type = PT_LOAD };
	l->header[1] = (ElfW(Phdr)){ .p_type = PT_PHDR, .p_vaddr = 64 };
	l->header[2] = (ElfW(Phdr)){ .p_type = PT_DYNAMIC };
	l->header[3] = (ElfW(Phdr)){ .p_type = PT_DYNAMIC }; /* beyond the table */
	/* As in a position-independent program: addresses count from where it lies. */
	l->header[2].p_vaddr = (uintptr_t)l->dynamic - ((uintptr_t)l->header - 64);
	l->auxv = (struct nsx_auxv){ .known = true, .phdr = (uintptr_t)l->header, .phnum = 3 };
}

static void own_name_comes_from_the_loader(void)
{
	struct loader l;

	if (!_DYNAMIC)
		return;
	load(&l, "/x/mine.so");
	check_text(nsx_auxv_own_name(&l.auxv), "/x/mine.so");
	l.auxv.known = false;
	check_text(nsx_auxv_own_name(&l.auxv), NULL);
	load(&l, "");
	check_text(nsx_auxv_own_name(&l.auxv), NULL);
	load(&l, "/x/mine.so");
	l.us.l_ld = NULL; /* not in the list */
	check_text(nsx_auxv_own_name(&l.auxv), NULL);
	load(&l, "/x/mine.so");
	l.dynamic[1].d_un.d_ptr = 0; /* a loader that keeps no list */
	check_text(nsx_auxv_own_name(&l.auxv), NULL);
	load(&l, "/x/mine.so");
	l.dynamic[1].d_tag = DT_NULL;
	check_text(nsx_auxv_own_name(&l.auxv), NULL);
	load(&l, "/x/mine.so");
	l.header[2].p_type = PT_NULL; /* a static program */
	check_text(nsx_auxv_own_name(&l.auxv), NULL);
	l.auxv.phnum = 0;
	check_text(nsx_auxv_own_name(&l.auxv), NULL);
}

static void entry_is_known_by_the_name_it_was_loaded_under(void)
{
	static const struct row rows[] = {
		{ "/x/mine.so", NULL },
		{ "mine.so", NULL }, /* searched for */
		{ "$ORIGIN/mine.so", NULL },
		{ "${LIB}/mine.so:a.so", "a.so" },
		{ "/usr/$LIB/mine.so", NULL },
		{ "a.so:/x/mine.so:b.so", "a.so:b.so" },
		{ "/y/mine.so", "/y/mine.so" }, /* typed otherwise, so another file */
		{ "./mine.so", "./mine.so" },
		{ "xmine.so", "xmine.so" },
		{ "/x/mine.so.1", "/x/mine.so.1" },
		{ "/x/mine.s", "/x/mine.s" },
		{ "libnsexec-preload.so", "libnsexec-preload.so" },
	};
	struct loader l;

	if (!_DYNAMIC)
		return;
	load(&l, "/x/mine.so");
	ROWS(rows, &l.auxv);
}

static void name_without_slash_is_known_too(void)
{
	static const struct row rows[] = {
		{ "mine.so", NULL },
		{ "mine.so:a.so", "a.so" },
		{ "/x/mine.so", "/x/mine.so" },
	};
	struct loader l;

	if (!_DYNAMIC)
		return;
	load(&l, "mine.so");
	ROWS(rows, &l.auxv);
}

static void check_gap(const char *const *variables, bool on_stack, const uint64_t *want, size_t n)
{
	struct process p;
	struct nsx_auxv auxv = nothing_known;
	uint64_t *gap;

	make(&p, variables);
	auxv.on_stack = on_stack ? p.behind : NULL;
	(void)nsx_environ_scrub(p.env, &auxv);
	gap = (uint64_t *)(p.env + 1); /* each of these leaves nothing but the NULL */
	check(p.env[0] == NULL);
	for (size_t i = 0; i < n; i++)
		check_int(gap[i], want[i]);
	for (uint64_t i = 0; i < AUXV_WORDS; i++)
		check_int(p.behind[i], 1000 + i);
	end(&p);
}

/* Who looks for the vector behind the NULL finds pairs to be ignored, or its end. */
static void gap_before_the_vector_is_filled(void)
{
	static const uint64_t pairs[] = { AT_IGNORE, AT_NULL, AT_IGNORE, AT_NULL };
	static const uint64_t zeros[] = { 0, 0, 0, 0 };

	check_gap(LIST("NSEXEC=1"), true, zeros, 1);
	check_gap(LIST("NSEXEC=1", "NSEXEC_LOG=1"), true, pairs, 2);
	check_gap(LIST("NSEXEC=1", "NSEXEC_LOG=1", "LD_PRELOAD=libnsexec-preload.so"), true, zeros,
		  3);
	check_gap(LIST("NSEXEC=1", "NSEXEC=1", "NSEXEC=1", "NSEXEC=1"), true, pairs, 4);
	check_gap(LIST("NSEXEC=1", "NSEXEC_LOG=1"), false, zeros, 2);
}

static void untouched_environment_stays_untouched(void)
{
	struct process p;
	struct nsx_auxv auxv = nothing_known;

	make(&p, LIST("A=1", "LD_PRELOAD=a.so"));
	auxv.on_stack = p.behind;
	(void)nsx_environ_scrub(p.env, &auxv);
	check(p.env[0] == p.string[0] && p.env[1] == p.string[1] && p.env[2] == NULL);
	check_int(p.behind[0], 1000);
	end(&p);
}

/* @env is what is there, @variables what is put; both share their strings. */
static void check_put(const char *const *variables, char *const *put, const char *want,
		      const uint64_t *gap, size_t n)
{
	struct nsx_auxv auxv = nothing_known;
	struct process p;
	size_t room;

	make(&p, variables);
	auxv.on_stack = p.behind;
	unit_case = want;
	room = nsx_environ_scrub(p.env, &auxv);
	check_int(room, p.n);
	nsx_environ_put(p.env, room, put, &auxv);
	check_text(shown(&p), want);
	for (size_t i = 0; i < n; i++)
		check_int(((uint64_t *)(p.env + p.n + 1 - n))[i], gap[i]);
	for (uint64_t i = 0; i < AUXV_WORDS; i++)
		check_int(p.behind[i], 1000 + i);
	end(&p);
}

static char one[] = "ONE=1", two[] = "TWO=2", three[] = "THREE=3";

static void other_variables_are_put_into_the_same_array(void)
{
	static const uint64_t pairs[] = { AT_IGNORE, AT_NULL };
	static const uint64_t zero[] = { 0 };

	check_put(LIST("A=1", "NSEXEC=1"), (char *[]){ one, two, NULL }, "ONE=1|TWO=2", NULL, 0);
	check_put(LIST("A=1", "NSEXEC=1", "B=1"), (char *[]){ one, two, three, NULL },
		  "ONE=1|TWO=2|THREE=3", NULL, 0);
	check_put(LIST("A=1", "NSEXEC=1", "B=1"), (char *[]){ one, two, NULL }, "ONE=1|TWO=2", zero,
		  1);
	check_put(LIST("A=1", "NSEXEC=1", "B=1"), (char *[]){ one, NULL }, "ONE=1", pairs, 2);
	check_put(LIST("A=1", "NSEXEC=1"), (char *[]){ NULL }, "", pairs, 2);
	check_put(LIST("A=1", "NSEXEC=1"), (char *[]){ one, two, three, NULL }, "ONE=1|TWO=2", NULL,
		  0);
}

/* The kernel's strings lie behind the vector, in the order of memory. */
static void only_the_kernels_copies_are_overwritten(void)
{
	struct {
		char foreign[8];
		char *env[3];
		uint64_t vector[AUXV_WORDS];
		char kept[8], gone[8];
	} stack = { "F=1", { stack.foreign, stack.kept, stack.gone }, { 0 }, "K=1", "G=1" };
	struct nsx_auxv auxv = { .on_stack = stack.vector };
	char *put[] = { stack.kept, one, NULL };
	char *env[] = { stack.foreign, stack.kept, stack.gone, NULL };

	nsx_environ_put(env, 3, put, &auxv);
	check_text(stack.foreign, "F=1");
	check_text(stack.kept, "K=1");
	check(wiped(stack.gone, sizeof(stack.gone)));
	check_text(env[0], "K=1");
	check_text(env[1], "ONE=1");
	check_text(env[2], NULL);
}

static void environ_wins_where_it_is_set(void)
{
	char *given[] = { NULL };
	char **saved = environ;

	check(nsx_environ(given) == saved);
	environ = NULL;
	check(nsx_environ(given) == given);
	environ = saved;
}

int main(void)
{
	unit("our variables leave the environment, however often they are there", our_variables_go);
	unit("all other variables stay, in order", other_variables_stay);
	unit("their bytes are overwritten", their_bytes_are_overwritten);
	unit("our entry leaves LD_PRELOAD: first, middle, last, only, twice", our_entry_goes);
	unit("all other entries stay, with their separators", other_entries_stay);
	unit("empty entries are harmless", empty_entries_are_harmless);
	unit("our own name comes from the loader's list", own_name_comes_from_the_loader);
	unit("our entry is known by the name it was loaded under",
	     entry_is_known_by_the_name_it_was_loaded_under);
	unit("a name without slash is known too", name_without_slash_is_known_too);
	unit("the gap before the auxiliary vector is filled", gap_before_the_vector_is_filled);
	unit("an environment without us is not touched", untouched_environment_stays_untouched);
	unit("other variables are put into the same array, up to its end",
	     other_variables_are_put_into_the_same_array);
	unit("only the kernel's copies of variables are overwritten",
	     only_the_kernels_copies_are_overwritten);
	unit("environ is taken where libc has set it", environ_wins_where_it_is_set);
	return unit_end();
}
