# SPDX-License-Identifier: Apache-2.0
#
# Pictures.  Behind read.awk; -v out=DIR.  Text stays text, in a font that the reader has, and
# all colours can be seen on white and on black.

function escape(text)
{
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	return text
}

# The first contestant is what the others are compared with.
function colour(c, r)
{
	if (r == 1)
		return "#8b949e"
	return field(line[c, r], "name") ~ /^(nsexec|preload|linked|ours|--host|one |three )/ ? \
		"#2da44e" : "#4493f8"
}

function time_text(us)
{
	if (us < 1000)
		return sprintf("%.3g µs", us)
	return us < 1e6 ? sprintf("%.3g ms", us / 1000) : sprintf("%.3g s", us / 1e6)
}

function log10(x)
{
	return log(x) / log(10)
}

function begin(file, width, height, heading)
{
	svg = out "/" file ".svg"
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" " \
		"height=\"%d\" role=\"img\">\n", width, height, width, height >svg
	print "<title>" escape(heading) "</title>" >svg
	print "<style>text { font: 13px system-ui, sans-serif; fill: #6e7781 }" >svg
	print ".heading { font-size: 15px; font-weight: 600 }" >svg
	print ".grid { stroke: #8b949e; stroke-opacity: .35 }" >svg
	print "@media (prefers-color-scheme: dark) { text { fill: #b1bac4 } }</style>" >svg
	text(8, 22, "start", heading, "heading")
}

function text(x, y, anchor, what, class)
{
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n", x, y, anchor, \
		class ? " class=\"" class "\"" : "", escape(what) >svg
}

function grid(x1, y1, x2, y2)
{
	printf "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", \
		x1, y1, x2, y2 >svg
}

function end()
{
	print "</svg>" >svg
	close(svg)
}

# ---- one case: bars ---------------------------------------------------------------------

# What a bar is as long as.
function value(c, r)
{
	return field(line[c, r], median_of(c) ? "median_us" : "private_kib") + 0
}

function median_of(c)
{
	return field(line[c, 1], "median_us") != ""
}

function label(c, r)
{
	if (!median_of(c))
		return value(c, r) " KiB"
	return time_text(value(c, r)) (r == 1 ? "" : \
		sprintf(value(c, r) < 10 * value(c, 1) ? ", %.2f ×" : ", %.0f ×", \
			value(c, r) / value(c, 1)))
}

# As long as it takes; where some take far longer than others, as the logarithm of that.
function bar(c, r, least, most)
{
	if (most < 12 * least)
		return 380 * value(c, r) / most
	return 380 * (log10(value(c, r)) - log10(least) + .3) / (log10(most) - log10(least) + .3)
}

function bars(c,	r, y, least, most)
{
	least = most = value(c, 1)
	for (r = 2; r <= rows[c]; r++) {
		least = value(c, r) < least ? value(c, r) : least
		most = value(c, r) > most ? value(c, r) : most
	}
	begin(case_name[c], 760, 40 + 28 * rows[c], \
		title[c] (most < 12 * least ? "" : " (logarithmic)"))
	for (r = 1; r <= rows[c]; r++) {
		y = 12 + 28 * r
		text(190, y + 15, "end", field(line[c, r], "name"))
		printf "<rect x=\"200\" y=\"%d\" width=\"%.1f\" height=\"20\" rx=\"3\" fill=\"%s\"/>\n", \
			y, bar(c, r, least, most), colour(c, r) >svg
		text(208 + bar(c, r, least, most), y + 15, "start", label(c, r))
	}
	end()
}

# ---- a case that grows: curves ----------------------------------------------------------

# What is drawn of a contestant: programs a second, or how long one takes.
function height_of(c, r)
{
	return field(line[c, r], by) + 0
}

function x_of(number)
{
	return 70 + (log(number) - log(least_x)) * 480 / (log(most_x) - log(least_x))
}

function y_of(height)
{
	return 330 - (log10(height) - low) * 280 / (high - low)
}

# Whole powers of ten around all that is drawn.
function scale(stem,	i, c, r, h)
{
	low = 99
	high = -99
	for (i = 1; i <= points[stem]; i++) {
		c = point[stem, i]
		for (r = 1; r <= rows[c]; r++) {
			h = log10(height_of(c, r))
			low = h < low ? h : low
			high = h > high ? h : high
		}
	}
	low = low < 0 ? 0 : int(low)
	high = int(high) + 1
	least_x = number[point[stem, 1]]
	most_x = number[point[stem, points[stem]]]
}

function axes(stem,	i, power)
{
	for (power = low; power <= high; power++) {
		grid(70, y_of(10 ^ power), 550, y_of(10 ^ power))
		text(62, y_of(10 ^ power) + 4, "end", by == "per_second" ? \
			10 ^ power : time_text(10 ^ power))
	}
	for (i = 1; i <= points[stem]; i++)
		text(x_of(number[point[stem, i]]), 350, "middle", number[point[stem, i]])
}

# From the highest curve on.  Names that would lie on each other move down, but not so far
# that there is no place for those that follow.
function name_curves(last,	done, n, r, best, y, above)
{
	above = 0
	for (n = 1; n <= rows[last]; n++) {
		best = 0
		for (r = 1; r <= rows[last]; r++)
			if (!(r in done) && (!best || height_of(last, r) > height_of(last, best)))
				best = r
		done[best] = 1
		y = y_of(height_of(last, best)) + 4
		y = y < above + 15 ? above + 15 : y
		y = y > 334 - 15 * (rows[last] - n) ? 334 - 15 * (rows[last] - n) : y
		text(560, y, "start", field(line[last, best], "name"))
		above = y
	}
}

function curve(stem, r,	i, c, name, list)
{
	name = field(line[point[stem, 1], r], "name")
	for (i = 1; i <= points[stem]; i++) {
		c = point[stem, i]
		if (row[c, name])
			list = list sprintf(" %.1f,%.1f", x_of(number[c]), \
				y_of(height_of(c, row[c, name])))
	}
	printf "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\" points=\"%s\"/>\n", \
		colour(point[stem, 1], r), substr(list, 2) >svg
}

function curves(stem,	first, r)
{
	first = point[stem, 1]
	by = field(line[first, 1], "per_second") == "" ? "median_us" : "per_second"
	scale(stem)
	begin(stem, 760, 365, title[first] ": " \
		(by == "per_second" ? "programs a second" : "time of one"))
	axes(stem)
	for (r = rows[first]; r > 0; r--)
		curve(stem, r)
	name_curves(point[stem, points[stem]])
	end()
}

END {
	for (c = 1; c <= cases; c++)
		if (match(case_name[c], /-[0-9]+$/)) {
			stem = substr(case_name[c], 1, RSTART - 1)
			number[c] = substr(case_name[c], RSTART + 1)
			point[stem, ++points[stem]] = c
		} else {
			bars(c)
		}
	for (stem in points)
		if (points[stem] > 1)
			curves(stem)
}
