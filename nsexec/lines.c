/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#include <stdbool.h>

#include "sys_fd.h"

int nsx_lines_open(struct nsx_lines *l, int dir, const char *path)
{
	l->at = l->len = 0;
	l->fd = nsx_fd_openat(dir, path, O_RDONLY);
	return l->fd < 0 ? l->fd : 0;
}

void nsx_lines_close(struct nsx_lines *l)
{
	nsx_fd_close(&l->fd);
}

static bool next_byte(struct nsx_lines *l, char *out)
{
	if (l->at == l->len) {
		long n = nsx_sys_read(l->fd, l->buf, sizeof(l->buf));

		if (n <= 0)
			return false;
		l->at = 0;
		l->len = (size_t)n;
	}
	*out = l->buf[l->at++];
	return true;
}

char *nsx_lines_next(struct nsx_lines *l)
{
	size_t n = 0;
	char byte;

	while (next_byte(l, &byte)) {
		if (byte != '\n' && n < sizeof(l->line)) {
			l->line[n++] = byte;
			continue;
		}
		if (byte != '\n')
			continue;
		if (n < sizeof(l->line)) {
			l->line[n] = '\0';
			return l->line;
		}
		n = 0;
	}
	return NULL; /* such files end with a line's end */
}
