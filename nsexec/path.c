/* SPDX-License-Identifier: Apache-2.0 */
#include "path.h"

#include <errno.h>

#include "fd.h"
#include "sys_file.h"

const char *nsx_path_base(const char *path)
{
	const char *base = path;

	for (const char *c = path; *c; c++)
		if (*c == '/')
			base = c + 1;
	return base;
}

bool nsx_path_within(const char *path, const char *dir)
{
	const char *rest = nsx_text_after(path, dir);

	return rest && (!*rest || *rest == '/' || nsx_text_same(dir, "/"));
}

void nsx_path_up(struct nsx_text *t)
{
	size_t len = t->len;

	while (len > 1 && t->buf[len - 1] != '/')
		len--;
	while (len > 1 && t->buf[len - 1] == '/')
		len--;
	t->len = len;
	t->buf[len] = '\0';
}

static bool component_is(const char *component, size_t len, const char *name)
{
	return len == nsx_text_len(name) && nsx_text_after(component, name);
}

static void put_components(struct nsx_text *t, const char *path)
{
	while (*path) {
		size_t len = 0;

		while (*path == '/')
			path++;
		while (path[len] && path[len] != '/')
			len++;
		if (component_is(path, len, "..")) {
			nsx_path_up(t);
		} else if (len && !component_is(path, len, ".")) {
			if (t->len > 1)
				nsx_text_str(t, "/");
			nsx_text_bytes(t, path, len);
		}
		path += len;
	}
}

void nsx_path_put(struct nsx_text *t, const char *dir, const char *path)
{
	nsx_text_str(t, "/");
	if (*path != '/')
		put_components(t, dir);
	put_components(t, path);
}

static int of_link(const char *link, char out[NSX_PATH_BYTES])
{
	const long len = nsx_sys_readlink(link, out, NSX_PATH_BYTES);

	if (len == NSX_PATH_BYTES)
		return -ENAMETOOLONG;
	out[len > 0 ? len : 0] = '\0';
	if (len < 0)
		return (int)len;
	return *out == '/' ? 0 : -ENOENT;
}

int nsx_path_of_fd(int fd, char out[NSX_PATH_BYTES])
{
	char link[32];
	struct nsx_text t = nsx_text_on(link, sizeof(link));

	nsx_text_str(&t, "/proc/self/fd/");
	nsx_text_i64(&t, fd);
	return of_link(link, out);
}

int nsx_path_real(const char *path, char out[NSX_PATH_BYTES])
{
	nsx_autofd fd = nsx_fd_openat(AT_FDCWD, path, O_PATH);

	return fd < 0 ? fd : nsx_path_of_fd(fd, out);
}

int nsx_path_cwd(char out[NSX_PATH_BYTES])
{
	return of_link("/proc/self/cwd", out);
}
