/* SPDX-License-Identifier: Apache-2.0 */
#include "colon.h"

#include "sys_fd.h"
#include "text.h"

int nsx_colon_openat(struct nsx_colon *c, int dir, const char *path)
{
	c->at = c->len = 0;
	c->fd = nsx_fd_openat(dir, path, O_RDONLY);
	return c->fd < 0 ? c->fd : 0;
}

int nsx_colon_open(struct nsx_colon *c, const char *path)
{
	return nsx_colon_openat(c, AT_FDCWD, path);
}

void nsx_colon_close(struct nsx_colon *c)
{
	nsx_fd_close(&c->fd);
}

/* Return: 1: @out is the next byte; 0: there is none. */
static int next_byte(struct nsx_colon *c, char *out)
{
	if (c->at == c->len) {
		long n = nsx_sys_read(c->fd, c->buf, sizeof(c->buf));

		if (n <= 0)
			return 0;
		c->at = 0;
		c->len = (size_t)n;
	}
	*out = c->buf[c->at++];
	return 1;
}

/* Return: 1: @line has it; 0: there is none. */
static int next_line(struct nsx_colon *c)
{
	size_t n = 0;
	char byte = '\0';
	int there = 0;

	while (next_byte(c, &byte)) {
		there = 1;
		if (byte == '\n')
			break;
		if (n < sizeof(c->line))
			c->line[n++] = byte;
	}
	c->cut = n == sizeof(c->line);
	c->line[n - c->cut] = '\0';
	return there;
}

/* Return: false: cut short where it matters; the last field may be, as /etc/group's members. */
static bool split(struct nsx_colon *c)
{
	char *at = c->line;
	int colons = 0;

	for (int i = 0; i < NSX_COLON_FIELDS; i++) {
		c->field[i] = at;
		while (*at && *at != ':')
			at++;
		if (*at) {
			*at++ = '\0';
			colons++;
		}
	}
	c->rest = at;
	return !c->cut || colons >= NSX_COLON_FIELDS - 1;
}

bool nsx_colon_next(struct nsx_colon *c)
{
	while (next_line(c))
		if (c->line[0] && c->line[0] != '#' && split(c))
			return true;
	return false;
}

bool nsx_colon_id_of(const char *path, const char *name, uint32_t *id)
{
	struct nsx_colon c;
	bool found = false;
	uint64_t number;

	if (nsx_colon_open(&c, path) < 0)
		return false;
	while (!found && nsx_colon_next(&c))
		found = nsx_text_same(c.field[0], name) &&
			nsx_text_number(c.field[2], UINT32_MAX - 1, &number);
	if (found)
		*id = (uint32_t)number;
	nsx_colon_close(&c);
	return found;
}

bool nsx_colon_name_of(const char *path, uint32_t id, char *name, size_t size)
{
	struct nsx_text t = nsx_text_on(name, size);
	struct nsx_colon c;
	bool found = false;
	uint64_t number;

	if (nsx_colon_open(&c, path) < 0)
		return false;
	while (!found && nsx_colon_next(&c))
		found = nsx_text_number(c.field[2], UINT32_MAX, &number) && number == id;
	if (found)
		nsx_text_str(&t, c.field[0]);
	nsx_colon_close(&c);
	return found && !t.cut;
}
