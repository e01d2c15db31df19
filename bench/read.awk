# SPDX-License-Identifier: Apache-2.0
#
# bench.json as arrays, for draw.awk and figures.awk, which go on with it at the END.  It is
# read by lines: one a case, and one a contestant (tell.c).
#
#	cases			how many
#	at[NAME]		number of a case, from 1
#	case_name[C], title[C]	of case C
#	rows[C]			its contestants
#	row[C, NAME]		number of a contestant, from 1
#	line[C, R]		what is known of it: field(line[C, R], "median_us")

# The value of a member, without quotes; "" where there is none or it is null.
function field(text, name,	start, value)
{
	start = index(text, "\"" name "\": ")
	if (!start)
		return ""
	value = substr(text, start + length(name) + 4)
	if (value ~ /^"/) {
		value = substr(value, 2)
		return substr(value, 1, index(value, "\"") - 1)
	}
	match(value, /^[^,}]*/)
	value = substr(value, 1, RLENGTH)
	return value == "null" ? "" : value
}

/^{"case": .*"contestants": \[$/ {
	case_name[++cases] = field($0, "case")
	at[case_name[cases]] = cases
	title[cases] = field($0, "title")
	next
}

cases && /^{"name": / {
	line[cases, ++rows[cases]] = $0
	row[cases, field($0, "name")] = rows[cases]
}
