# SPDX-License-Identifier: Apache-2.0
#
# What is to be reached, and what was.  Behind read.awk.

# A figure of a contestant; "" where it is not known.
function of(case, name, what)
{
	return field(line[at[case], row[at[case], name]], what)
}

function median(case, name)
{
	return of(case, name, "median_us")
}

function print_row(text, limit, reached, unit)
{
	printf "%-64s %8s %8s  %s\n", text, limit unit, reached == "" ? "-" : reached unit,
		reached == "" ? "not measured" : reached + 0 <= limit + 0 ? "ok" : "OVER"
}

# @mine is at most @limit times @others.
function ratio(text, limit, mine, others)
{
	print_row(text, sprintf("%.3f", limit), \
		mine == "" || others == "" ? "" : sprintf("%.3f", mine / others), "")
}

# What @mine takes longer than the plain one, "" where that is less than the noise.
function longer(case, mine,	plain)
{
	plain = median(case, "plain")
	return median(case, mine) - plain > 0 ? median(case, mine) - plain : ""
}

# That is at most @limit times what it is of @others.
function added(text, limit, case, mine, others)
{
	ratio(text, limit, longer(case, mine), longer(case, others))
}

# As a multiple of the floor's.
function of_floor(case, name)
{
	return of(case, name, "ratio")
}

END {
	printf "\n%-64s %8s %8s\n", "figures (medians)", "at most", "reached"
	ratio("join six: of the floor", 1.25, median("join6", "nsexec"), median("join6", "floor"))
	ratio("join six: of nsenter", 0.25, median("join6", "nsexec"), median("join6", "nsenter"))
	ratio("join six: of crun exec", 1 / 15, median("join6", "nsexec"), \
		median("join6", "crun exec"))
	ratio("join six: of runc exec", 1 / 60, median("join6", "nsexec"), \
		median("join6", "runc exec"))
	ratio("create seven with a map: of the floor", 1.25, median("create7", "nsexec"), \
		median("create7", "floor"))
	ratio("create seven with a map: of unshare -r", 0.6, median("create7", "nsexec"), \
		median("create7", "unshare -r"))
	ratio("preload, nothing asked: of an empty object", 1, median("inert", "nsexec"), \
		median("inert", "empty object"))
	mine = of("inert", "nsexec", "syscalls")
	others = of("inert", "empty object", "syscalls")
	print_row("preload, nothing asked: system calls beside its", 0, \
		mine == "" || others == "" ? "" : mine - others, "")
	added("preload, six kinds, until main: adds, of what runc's C adds", 0.4, \
		"bootstrap-main", "preload, words", "model")
	added("linked in, six kinds, until main: adds, of what runc's C adds", 0.4, \
		"bootstrap-main", "linked in, words", "model")
	added("runc's message, until main: adds, of what runc's C adds", 0.4, "bootstrap-main", \
		"ours", "model")
	ratio("nsexec_spawn from 1 GiB: of the floor", 1.5, median("spawn-1024", "nsexec_spawn"), \
		median("spawn-1024", "floor"))
	ratio("nsexec_spawn from 4 GiB: of that from 10 MiB, each of its floor", 1.1, \
		of_floor("spawn-4096", "nsexec_spawn"), of_floor("spawn-10", "nsexec_spawn"))
	ratio("session spawn: of the floor", 1.2, median("spawn-1024", "nsexec_session_spawn"), \
		median("spawn-1024", "floor"))
	ratio("--host, static: of the target's own", 1.2, median("host", "--host"), \
		median("host", "of the target"))
	more = median("graft", "three grafts") - median("graft", "of the target")
	print_row("three grafts: more than none", "1.00", \
		median("graft", "three grafts") == "" ? "" : sprintf("%.2f", more / 1000), " ms")
	print_row("who waits: its own memory", 100, of("waiter", "nsexec", "private_kib"), " KiB")
	for (n = 2; n <= 64; n *= 2)
		ratio(n " at once: of the floor", 1.3, median("many-" n, "nsexec"), \
			median("many-" n, "floor"))
}
