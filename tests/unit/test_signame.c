/* SPDX-License-Identifier: Apache-2.0 */
#include "signame.h"

#include <ctype.h>
#include <signal.h>

#include "unit.h"

#define NAME(name)               \
	{                        \
		SIG##name, #name \
	}

static const struct {
	int number;
	char name[10];
} names[] = {
	NAME(HUP),  NAME(INT),	  NAME(QUIT), NAME(ILL),  NAME(TRAP),	NAME(ABRT), NAME(BUS),
	NAME(FPE),  NAME(KILL),	  NAME(USR1), NAME(SEGV), NAME(USR2),	NAME(PIPE), NAME(ALRM),
	NAME(TERM), NAME(STKFLT), NAME(CHLD), NAME(CONT), NAME(STOP),	NAME(TSTP), NAME(TTIN),
	NAME(TTOU), NAME(URG),	  NAME(XCPU), NAME(XFSZ), NAME(VTALRM), NAME(PROF), NAME(WINCH),
	NAME(IO),   NAME(PWR),	  NAME(SYS),
};

/* In any case, with SIG and without. */
static void every_name_is_known(void)
{
	check_int(sizeof(names) / sizeof(*names), 31);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "SIG%s", names[i].name);
		unit_case = name;
		check_int(nsx_signal_by_name(name), names[i].number);
		check_int(nsx_signal_by_name(name + 3), names[i].number);
		for (char *at = name; *at; at++)
			*at = (char)tolower(*at);
		check_int(nsx_signal_by_name(name), names[i].number);
		check_int(nsx_signal_by_name(name + 3), names[i].number);
	}
}

static void numbers_are_signals_too(void)
{
	check_int(nsx_signal_by_name("1"), 1);
	check_int(nsx_signal_by_name("9"), SIGKILL);
	check_int(nsx_signal_by_name("64"), 64);
	check_int(nsx_signal_by_name("0"), 0);
	check_int(nsx_signal_by_name("65"), 0);
	check_int(nsx_signal_by_name("-9"), 0);
	check_int(nsx_signal_by_name("9x"), 0);
}

static void all_else_is_none(void)
{
	static const char *const words[] = { "",	 "SIG",	    "TER",    "TERMS", "SIGSIGTERM",
					     "SIGTERM ", " TERM",   "SI",     "NONE",  "SIG9",
					     "ＴＥＲＭ", "RTMIN+1", "KILL\n", "S",     "SIGK" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		unit_case = words[i];
		check_int(nsx_signal_by_name(words[i]), 0);
	}
}

int main(void)
{
	unit("every name is known, in any case", every_name_is_known);
	unit("numbers are signals too", numbers_are_signals_too);
	unit("all else is none", all_else_is_none);
	return unit_end();
}
