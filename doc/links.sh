#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a page of section 3 is called besides its own name: one row "ALIAS.3 PAGE.3" for each
# other name in its NAME section.
#
#	doc/links.sh PAGE...
set -eu

LC_ALL=C exec awk '
FNR == 1 {
	page = FILENAME
	sub(/.*\//, "", page)
}

/^\.SH / {
	inside = $2 == "NAME"
	next
}

inside {
	done = sub(/(^| )\\-( .*)?$/, "")
	gsub(/,/, "")
	for (i = 1; i <= NF; i++)
		if ($i ".3" != page)
			print $i ".3", page
	if (done)
		inside = 0
}' "$@"
