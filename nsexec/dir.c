/* SPDX-License-Identifier: Apache-2.0 */
#include "dir.h"

#include "sys_file.h"
#include "text.h"

/* As the kernel writes it, see getdents(2); the name is ended by NUL. */
struct entry {
	uint64_t ino;
	int64_t off;
	uint16_t bytes; /* of all of it */
	uint8_t type;
	char name[];
};

int nsx_dir_open(struct nsx_dir *d, int at, const char *path)
{
	d->at = d->len = 0;
	d->fd = nsx_fd_openat(at, path, O_RDONLY | O_DIRECTORY);
	return d->fd < 0 ? d->fd : 0;
}

void nsx_dir_close(struct nsx_dir *d)
{
	nsx_fd_close(&d->fd);
}

static const char *next(struct nsx_dir *d)
{
	const struct entry *entry;

	if (d->at == d->len) {
		long n = nsx_sys_getdents(d->fd, d->buf, sizeof(d->buf));

		if (n <= 0)
			return NULL;
		d->at = 0;
		d->len = (size_t)n;
	}
	entry = (const struct entry *)(const void *)(d->buf + d->at);
	d->at += entry->bytes;
	return entry->name;
}

const char *nsx_dir_next(struct nsx_dir *d)
{
	const char *name;

	do
		name = next(d);
	while (name && (nsx_text_same(name, ".") || nsx_text_same(name, "..")));
	return name;
}

int nsx_dir_next_number(struct nsx_dir *d)
{
	const char *name;
	uint64_t number = 0;

	while ((name = nsx_dir_next(d)))
		if (nsx_text_number(name, INT32_MAX, &number) && number)
			return (int)number;
	return 0;
}
