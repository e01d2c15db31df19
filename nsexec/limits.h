/* SPDX-License-Identifier: Apache-2.0 */
/* Limits, processors and personality: their names, and how they are typed.  Pure. */
#ifndef NSX_LIMITS_H
#define NSX_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* As <asm-generic/resource.h> numbers them. */
enum nsx_resource {
	NSX_LIMIT_CPU,
	NSX_LIMIT_FSIZE,
	NSX_LIMIT_DATA,
	NSX_LIMIT_STACK,
	NSX_LIMIT_CORE,
	NSX_LIMIT_RSS,
	NSX_LIMIT_NPROC,
	NSX_LIMIT_NOFILE,
	NSX_LIMIT_MEMLOCK,
	NSX_LIMIT_AS,
	NSX_LIMIT_LOCKS,
	NSX_LIMIT_SIGPENDING,
	NSX_LIMIT_MSGQUEUE,
	NSX_LIMIT_NICE,
	NSX_LIMIT_RTPRIO,
	NSX_LIMIT_RTTIME,
	NSX_LIMIT_COUNT
};

#define NSX_UNLIMITED UINT64_MAX /* RLIM_INFINITY */

/* One limit as it is wanted, in the units of getrlimit(2). */
struct nsx_limit {
	bool soft_given, hard_given; /* not given: stays */
	uint64_t soft, hard;
};

extern const char nsx_limit_names[NSX_LIMIT_COUNT][12] __attribute__((visibility("hidden")));

/**
 * nsx_limit_parse() - understand "nofile=1024:4096", "RLIMIT_CORE=unlimited", "stack=:8192"
 * @resource, @limit: written only on success
 *
 * One value is both the soft and the hard limit; an empty side stays as it is.
 *
 * Context: any; pure.
 * Return: NULL, or what is wrong.
 */
const char *nsx_limit_parse(const char *text, enum nsx_resource *resource, struct nsx_limit *limit);

/* "1024", "unlimited" */
void nsx_limit_put(struct nsx_text *t, uint64_t value);

enum { NSX_CPUS_MAX = 8192, NSX_CPU_WORDS = NSX_CPUS_MAX / 64 };

/**
 * nsx_cpus_parse() - understand "0-3,7" or "0-31:2", as taskset -c does
 * @mask: one bit a processor; overwritten
 *
 * Return: true; false: not such a list, or a processor beyond NSX_CPUS_MAX.
 */
bool nsx_cpus_parse(const char *list, uint64_t mask[NSX_CPU_WORDS]);

/* An execution domain as it is wanted, see personality(2). */
struct nsx_persona {
	bool given;
	bool whole;	 /* @value is all of it; else the flags of before stay */
	bool has_domain; /* @value has the execution domain too */
	uint32_t value;
};

enum { NSX_PERSONA_DOMAIN = 0xff }; /* PER_MASK */

/**
 * nsx_persona_parse() - understand "linux32,addr-no-randomize", "ADDR_NO_RANDOMIZE", "0x40000"
 * @out: written only on success
 *
 * Return: true; false: a name that is not known, or two domains.
 */
bool nsx_persona_parse(const char *text, struct nsx_persona *out);

/* What it makes of the personality @now. */
uint32_t nsx_persona_of(const struct nsx_persona *p, uint32_t now);

#endif
