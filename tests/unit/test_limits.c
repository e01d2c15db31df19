/* SPDX-License-Identifier: Apache-2.0 */
#include "limits.h"

#include <sched.h>
#include <sys/personality.h>
#include <sys/resource.h>

#include "unit.h"

static enum nsx_resource resource;
static struct nsx_limit limit;

static bool understood(const char *text)
{
	unit_case = text;
	return check_text(nsx_limit_parse(text, &resource, &limit), NULL);
}

/* "SOFT:HARD", "-" where it stays */
static const char *limited(const char *text)
{
	static char buf[64];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	memset(&limit, 0x55, sizeof(limit));
	understood(text);
	if (limit.soft_given)
		nsx_limit_put(&t, limit.soft);
	else
		nsx_text_str(&t, "-");
	nsx_text_str(&t, ":");
	if (limit.hard_given)
		nsx_limit_put(&t, limit.hard);
	else
		nsx_text_str(&t, "-");
	return buf;
}

static void limits_are_read_as_prlimit_does(void)
{
	check_text(limited("nofile=1024:4096"), "1024:4096");
	check_int(resource, RLIMIT_NOFILE);
	check_text(limited("RLIMIT_CORE=0"), "0:0");
	check_int(resource, RLIMIT_CORE);
	check_text(limited("Stack=:8192"), "-:8192");
	check_int(resource, RLIMIT_STACK);
	check_text(limited("as=8192:"), "8192:-");
	check_text(limited("as=unlimited"), "unlimited:unlimited");
	check_text(limited("as=5:INFINITY"), "5:unlimited");
	check_text(limited("as=:unlimited"), "-:unlimited");
	check_text(limited("cpu=18446744073709551614"),
		   "18446744073709551614:18446744073709551614");
	check_text(limited("nice=7:7"), "7:7");
}

static void every_limit_has_the_kernels_number(void)
{
	static const struct {
		const char *name;
		int number;
	} rows[] = {
		{ "cpu", RLIMIT_CPU },		 { "fsize", RLIMIT_FSIZE },
		{ "data", RLIMIT_DATA },	 { "stack", RLIMIT_STACK },
		{ "core", RLIMIT_CORE },	 { "rss", RLIMIT_RSS },
		{ "nproc", RLIMIT_NPROC },	 { "nofile", RLIMIT_NOFILE },
		{ "memlock", RLIMIT_MEMLOCK },	 { "as", RLIMIT_AS },
		{ "locks", RLIMIT_LOCKS },	 { "sigpending", RLIMIT_SIGPENDING },
		{ "msgqueue", RLIMIT_MSGQUEUE }, { "nice", RLIMIT_NICE },
		{ "rtprio", RLIMIT_RTPRIO },	 { "rttime", RLIMIT_RTTIME },
	};

	check_int(sizeof(rows) / sizeof(*rows), NSX_LIMIT_COUNT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		static char text[32];

		(void)snprintf(text, sizeof(text), "%s=1", rows[i].name);
		understood(text);
		check_int(resource, rows[i].number);
	}
}

static void other_limits_are_refused(void)
{
	static const char *const rows[] = {
		"",
		"nofile",
		"nofile=",
		"nofile=:",
		"=5",
		"files=5",
		"nofile=x",
		"nofile=5:x",
		"nofile=5:4",
		"nofile=1:2:3",
		"nofile=-1",
		"nofile= 5",
		"nofile=5k",
		"rlimit_=5",
		"nofile=18446744073709551615",
		"nofile=unlimited:5",
		"nofile==5",
		"nofiles=5",
		"nofil=5",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unit_case = rows[i];
		resource = NSX_LIMIT_COUNT;
		check(nsx_limit_parse(rows[i], &resource, &limit) != NULL);
		check_int(resource, NSX_LIMIT_COUNT);
	}
}

static uint64_t mask[NSX_CPU_WORDS];

/* "0,1,7" */
static const char *cpus(const char *list)
{
	static char buf[256];
	const char *between = "";

	unit_case = list;
	memset(mask, 0x55, sizeof(mask));
	if (!nsx_cpus_parse(list, mask))
		return "no";
	buf[0] = '\0';
	for (unsigned cpu = 0; cpu < NSX_CPUS_MAX; cpu++)
		if (mask[cpu / 64] >> cpu % 64 & 1 && strlen(buf) < sizeof(buf) - 16) {
			(void)snprintf(buf + strlen(buf), 16, "%s%u", between, cpu);
			between = ",";
		}
	return buf;
}

static void processors_are_read_as_taskset_does(void)
{
	check_text(cpus("0"), "0");
	check_text(cpus("0-3,7"), "0,1,2,3,7");
	check_text(cpus("7,0-1"), "0,1,7");
	check_text(cpus("0-8:3,64"), "0,3,6,64");
	check_text(cpus("5-5"), "5");
	check_text(cpus("8191"), "8191");
}

static void other_lists_of_processors_are_refused(void)
{
	static const char *const rows[] = { "",	     ",",      "0,",	",0",  "0,,1",
					    "x",     "0-",     "-1",	"3-1", "0-3:",
					    "0-3:0", "0:2",    "8192",	"0 1", "0-x",
					    "0--1",  "0-8192", "1-2-3", "0x1", "0-3:1:1" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_text(cpus(rows[i]), "no");
}

static uint32_t persona(const char *text, uint32_t now)
{
	struct nsx_persona p = { 0 };

	unit_case = text;
	check(nsx_persona_parse(text, &p));
	check(p.given);
	return nsx_persona_of(&p, now);
}

static void personalities_are_read_by_name_or_number(void)
{
	check_int(persona("linux32", 0), PER_LINUX32);
	check_int(persona("PER_LINUX32", ADDR_NO_RANDOMIZE), PER_LINUX32 | ADDR_NO_RANDOMIZE);
	check_int(persona("linux", PER_LINUX32 | ADDR_NO_RANDOMIZE), ADDR_NO_RANDOMIZE);
	check_int(persona("addr-no-randomize", PER_LINUX32), PER_LINUX32 | ADDR_NO_RANDOMIZE);
	check_int(persona("ADDR_NO_RANDOMIZE,uname-2.6", 0), ADDR_NO_RANDOMIZE | UNAME26);
	check_int(persona("linux32,READ_IMPLIES_EXEC", 0), PER_LINUX32 | READ_IMPLIES_EXEC);
	check_int(persona("0x40008", 0x1000000), 0x40008);
	check_int(persona("0", PER_LINUX32), 0);
	check_int(persona("8", 0), 8);
	check_int(persona("32bit,3gb", 0), ADDR_LIMIT_32BIT | ADDR_LIMIT_3GB);
	check_int(persona("mmap-page-zero,short-inode,whole-seconds,sticky-timeouts", 0),
		  MMAP_PAGE_ZERO | SHORT_INODE | WHOLE_SECONDS | STICKY_TIMEOUTS);
	check_int(persona("fdpic-funcptrs,addr-compat-layout", 0),
		  FDPIC_FUNCPTRS | ADDR_COMPAT_LAYOUT);
}

static void other_personalities_are_refused(void)
{
	static const char *const rows[] = { "",	      ",",	    "linux32,", "linux,linux32",
					    "nosuch", "4294967295", "0x",	"0xffffffff",
					    "0x1g",   "-1",	    "linux 32", "8,linux" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct nsx_persona p = { .value = 0x55 };

		unit_case = rows[i];
		check(!nsx_persona_parse(rows[i], &p));
		check(p.value == 0x55 && !p.given);
	}
}

static void noise_is_understood_or_refused(void)
{
	static const char *const pieces[] = { "=",	 ":",	    ",",	 "-", "nofile",
					      "linux32", "0x",	    "12",	 "1", "unlimited",
					      "\xff",	 "rlimit_", "9999999999" };
	unsigned seed = 7, good = 0;

	for (int i = 0; i < 200000; i++) {
		struct nsx_persona p = { 0 };
		static char text[128];

		text[0] = '\0';
		for (unsigned n = seed >> 16 & 7; n; n--) {
			seed = seed * 1103515245u + 12345u;
			strcat(text, pieces[(seed >> 16) % (sizeof(pieces) / sizeof(*pieces))]);
		}
		seed = seed * 1103515245u + 12345u;
		unit_case = text;
		if (!nsx_limit_parse(text, &resource, &limit)) {
			check(resource < NSX_LIMIT_COUNT);
			check(limit.soft_given || limit.hard_given);
			good++;
		}
		good += nsx_cpus_parse(text, mask);
		good += nsx_persona_parse(text, &p);
	}
	check(good > 1000);
}

int main(void)
{
	unit("limits are read as prlimit(1) does", limits_are_read_as_prlimit_does);
	unit("every limit has the kernel's number", every_limit_has_the_kernels_number);
	unit("other limits are refused", other_limits_are_refused);
	unit("processors are read as taskset -c does", processors_are_read_as_taskset_does);
	unit("other lists of processors are refused", other_lists_of_processors_are_refused);
	unit("personalities are read by name or number", personalities_are_read_by_name_or_number);
	unit("other personalities are refused", other_personalities_are_refused);
	unit("noise is understood or refused", noise_is_understood_or_refused);
	return unit_end();
}
