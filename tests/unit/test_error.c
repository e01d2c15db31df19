/* SPDX-License-Identifier: Apache-2.0 */
#include "error.h"

#include <errno.h>

#include "unit.h"

static struct nsx_error error;
static char text[1024];

static const char *shown(void)
{
	nsx_error_text(&error, text, sizeof(text));
	return text;
}

static const char *hinted(void)
{
	nsx_error_hint(&error, text, sizeof(text));
	return text;
}

static void forget(void)
{
	memset(&error, 0, sizeof(error));
}

static void text_has_step_subject_and_errno(void)
{
	forget();
	check_int(nsx_fail(&error, NSX_STEP_JOIN, EPERM, "net", "/proc/1/ns/net"), -1);
	check_text(shown(), "join net (/proc/1/ns/net): EPERM Operation not permitted");
	forget();
	nsx_fail(&error, NSX_STEP_EXEC, ENOENT, "nosuch", NULL);
	check_text(shown(), "exec nosuch: ENOENT No such file or directory");
	forget();
	nsx_fail(&error, NSX_STEP_OPTIONS, 0, "unknown option", "--nope");
	check_text(shown(), "options: unknown option (--nope)");
	forget();
	check_int(nsx_fail_number(&error, NSX_STEP_TARGET, ESRCH, "process", "PID ", 7, "!"), -1);
	check_text(shown(), "target process (PID 7!): ESRCH No such process");
	forget();
	nsx_fail(&error, NSX_STEP_CHECK, 4000, "x", NULL);
	check_text(shown(), "check x: E? error unknown to nsexec");
}

static void first_failure_wins(void)
{
	forget();
	nsx_fail(&error, NSX_STEP_OPEN, ENOENT, "first", NULL);
	check_int(nsx_fail(&error, NSX_STEP_JOIN, EPERM, "second", NULL), -1);
	check_int(nsx_fail_number(&error, NSX_STEP_JOIN, EPERM, "third", "", 3, ""), -1);
	check_text(shown(), "open first: ENOENT No such file or directory");
	nsx_hint(&error, NSX_HINT_PROC, 0);
	check_int(nsx_hint(&error, NSX_HINT_HELP, 0), -1);
	check_int(error.hint, NSX_HINT_PROC);
}

static void every_step_has_its_name(void)
{
	for (enum nsx_step a = 0; a < NSX_STEP_COUNT; a++) {
		check_int(strnlen(nsx_step_name(a), 12) < 12, 1);
		check(nsx_step_name(a)[0] != '\0');
		for (enum nsx_step b = 0; b < a; b++)
			check(strcmp(nsx_step_name(a), nsx_step_name(b)) != 0);
	}
}

/* A text that fills its row to the last byte would run on into the next one. */
static void every_hint_has_its_sentence(void)
{
	for (enum nsx_hint hint = NSX_HINT_NONE + 1; hint < NSX_HINT_COUNT; hint++) {
		char other[1024];

		forget();
		error.hint = hint;
		unit_case = hinted();
		check(strlen(text) > 10 && strlen(text) < 144);
		check(!strchr(text, '#') && !strchr(text, '\n'));
		for (enum nsx_hint b = NSX_HINT_NONE; b < hint; b++) {
			error.hint = b;
			nsx_error_hint(&error, other, sizeof(other));
			check(strcmp(text, other) != 0);
		}
	}
	forget();
	check_text(hinted(), "");
}

static void hints_hold_a_number(void)
{
	forget();
	nsx_fail(&error, NSX_STEP_JOIN, EPERM, "net", NULL);
	check_int(nsx_hint(&error, NSX_HINT_ADD_USER, 4026532281), -1);
	check_text(hinted(), "the namespace is owned by user namespace 4026532281; "
			     "add -U to enter it too");
	forget();
	nsx_hint(&error, NSX_HINT_CAPABLE, UINT64_MAX);
	check(strstr(hinted(), "user namespace 18446744073709551615, which owns it") != NULL);
}

static void subjects_are_cut_short(void)
{
	char path[1000];

	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	forget();
	nsx_fail(&error, NSX_STEP_OPEN, ENOENT, path, path);
	check_int(strnlen(error.subject, sizeof(error.subject)), sizeof(error.subject) - 1);
	forget();
	nsx_fail(&error, NSX_STEP_OPEN, ENOENT, "net", path);
	check_int(strnlen(error.subject, sizeof(error.subject)), sizeof(error.subject) - 1);
	check(strncmp(shown(), "open net (pppp", 14) == 0);
	check(strstr(text, "ppp: ENOENT No such file or directory") != NULL);
	forget();
	nsx_fail_number(&error, NSX_STEP_OPEN, ENOENT, path, path, UINT64_MAX, path);
	check_int(strnlen(error.subject, sizeof(error.subject)), sizeof(error.subject) - 1);
}

static void subjects_cannot_steer_a_terminal(void)
{
	forget();
	nsx_fail(&error, NSX_STEP_OPTIONS, 0, "unknown option", "-\x1b[2J\r\n");
	check_text(shown(), "options: unknown option (-\\x1b[2J\\x0d\\x0a)");
}

/* Storage of exactly that size, so that ASan sees a byte too many. */
static void fits_every_size(void)
{
	forget();
	nsx_fail(&error, NSX_STEP_JOIN, EPERM, "net\n", "/proc/1/ns/net");
	nsx_hint(&error, NSX_HINT_CAPABLE, UINT64_MAX);
	for (size_t size = 1; size < 200; size++) {
		char *buf = malloc(size);

		nsx_error_text(&error, buf, size);
		check(strnlen(buf, size) < size);
		nsx_error_hint(&error, buf, size);
		check(strnlen(buf, size) < size);
		free(buf);
	}
}

static void statuses(void)
{
	static const struct {
		enum nsx_step step;
		int err, status;
	} rows[] = {
		{ NSX_STEP_OPTIONS, 0, 125 },	  { NSX_STEP_JOIN, EPERM, 125 },
		{ NSX_STEP_TARGET, ENOENT, 125 }, { NSX_STEP_REPORT, EBADF, 125 },
		{ NSX_STEP_EXEC, ENOENT, 127 },	  { NSX_STEP_EXEC, ENOTDIR, 127 },
		{ NSX_STEP_EXEC, EACCES, 126 },	  { NSX_STEP_EXEC, ENOEXEC, 126 },
		{ NSX_STEP_EXEC, E2BIG, 126 },	  { NSX_STEP_EXEC, ELOOP, 126 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		forget();
		nsx_fail(&error, rows[i].step, rows[i].err, "x", NULL);
		check_int(nsx_error_status(&error), rows[i].status);
	}
	forget();
	nsx_fail(&error, NSX_STEP_EXEC, ENOENT, "script", NULL);
	nsx_hint(&error, NSX_HINT_INTERPRETER, 0);
	check_int(nsx_error_status(&error), 126); /* it is there, but cannot be executed */
}

int main(void)
{
	unit("an error shows step, subject and errno", text_has_step_subject_and_errno);
	unit("the first failure and the first hint win", first_failure_wins);
	unit("every step has a name of its own", every_step_has_its_name);
	unit("every hint has a sentence of its own that ends in its row",
	     every_hint_has_its_sentence);
	unit("a hint may hold a number", hints_hold_a_number);
	unit("long subjects are cut short", subjects_are_cut_short);
	unit("subjects cannot steer a terminal", subjects_cannot_steer_a_terminal);
	unit("texts and hints fit every size of storage", fits_every_size);
	unit("the exit status is 125, or 126 and 127 for exec", statuses);
	return unit_end();
}
