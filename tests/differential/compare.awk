# SPDX-License-Identifier: Apache-2.0
#
# Compares what two probes have said; exits with 1 if they differ.
#
#	awk -v name=CASE -v used=FILE -f compare.awk part=caller FILE part=target FILE \
#		part=allowed FILE part=peer A part=ours B
#
# A and B are written again as A.said and B.said, in words that mean the same in
# each run, and without the differences that are allowed; each of these is noted in
# the file used.  The lines of a probe are "KEY VALUE", those of the allowed ones
#
#	KEY | PEER'S | NSEXEC'S | CASE | REASON
#
# where the first three are regular expressions for the whole of it, and CASE is
# one for a part of the name.  A KEY that is not there has the value absent.

function value_of(line)
{
	return substr(line, length($1) + 2)
}

function trim(text)
{
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

# No "-0".
function rounded(number)
{
	return number < 0 ? -int(0.5 - number) : int(number + 0.5)
}

# Inodes and clocks are other numbers each time; whose they are is not.
function translated(said, key,		value, kind)
{
	value = said[key]
	if (key ~ /^ns:/ && value != "-") {
		kind = key
		sub(/_for_children$/, "", kind)
		return value == caller[key] ? "the caller's" : value == target[kind] ? "the target's" : "new"
	}
	if (key ~ /^clock:/ && key != "clock:offsets")
		return sprintf("%d s later", rounded(value - caller[key]))
	if (key ~ /^kept:/) {
		kind = key
		sub(/^kept:/, "ns:", kind)
		return value == said[kind] ? "the program's" : "another"
	}
	return value
}

# Directories have numbers that say nothing; which ones they are does.
function name_directories(said,		i, part)
{
	split("above cwd", part)
	for (i = 1; i <= 2; i++)
		if (said[part[i]] == said["root"])
			said[part[i]] = "the root"
		else if (said[part[i]] == caller["cwd"])
			said[part[i]] = "the caller's"
}

# The entry that allows this difference, or 0.
function allowed_by(key, peers, ours,		i)
{
	for (i = 1; i <= entries; i++)
		if (key ~ entry[i, 1] && peers ~ entry[i, 2] && ours ~ entry[i, 3] &&
		    name ~ entry[i, 4])
			return i
	return 0
}

function forgive(i, key)
{
	print entry[i, 0] >> used
	delete peer[key]
	delete ours[key]
}

function write(file, lines,		key, sorter)
{
	sorter = "sort >'" file ".said'"
	for (key in lines)
		print key " " lines[key] | sorter
	close(sorter)
}

/^#/ || !NF { next }

part == "caller" { caller[$1] = value_of($0); next }
part == "target" { target[$1] = value_of($0); next }
part == "allowed" {
	if (split($0, column, " [|] ") != 5) {
		print "not five columns: " $0
		broken = 1
	}
	entries++
	entry[entries, 0] = $0
	for (i = 1; i <= 3; i++)
		entry[entries, i] = "^(" trim(column[i]) ")$"
	entry[entries, 4] = trim(column[4])
	next
}
part == "peer" { peers_number[$1] = value_of($0); peers_file = FILENAME; all[$1]; next }
part == "ours" { our_number[$1] = value_of($0); our_file = FILENAME; all[$1]; next }

# If only one has run there is nothing else to compare.
END {
	for (key in peers_number)
		peer[key] = translated(peers_number, key)
	for (key in our_number)
		ours[key] = translated(our_number, key)
	name_directories(peer)
	name_directories(ours)
	if (peer["status"] != ours["status"]) {
		for (key in all)
			if (key != "status") {
				delete peer[key]
				delete ours[key]
			}
	}
	for (key in all) {
		peers_value = key in peer ? peer[key] : "absent"
		our_value = key in ours ? ours[key] : "absent"
		if (peers_value == our_value)
			continue
		i = allowed_by(key, peers_value, our_value)
		if (i)
			forgive(i, key)
		else
			differ = 1
	}
	write(peers_file, peer)
	write(our_file, ours)
	exit broken || differ
}
