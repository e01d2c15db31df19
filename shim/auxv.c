/* SPDX-License-Identifier: Apache-2.0 */
//go:build ignore

#include "auxv.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>

#include "fd.h"
#include "linked.h"
#include "sys_fd.h"

enum { PAIRS_MAX = 64 }; /* kernels give about 25 */

static bool read_pairs(const uint64_t *pair, struct nsx_auxv *out)
{
	bool has_page_size = false, has_secure = false;

	for (size_t i = 0; i < PAIRS_MAX && pair[0] != AT_NULL; i++, pair += 2) {
		if (pair[0] == AT_SECURE) {
			has_secure = true;
			out->secure = pair[1] != 0;
		} else if (pair[0] == AT_PAGESZ) {
			has_page_size = pair[1] >= 4096 && (pair[1] & (pair[1] - 1)) == 0;
		} else if (pair[0] == AT_PHDR) {
			out->phdr = pair[1];
		} else if (pair[0] == AT_PHNUM) {
			out->phnum = pair[1];
		}
	}
	return pair[0] == AT_NULL && has_page_size && has_secure && out->phdr;
}

static bool read_file(struct nsx_auxv *out)
{
	uint64_t pairs[2 * PAIRS_MAX + 2] = { 0 }; /* ends in AT_NULL whatever is read */
	nsx_autofd fd = nsx_fd_openat(AT_FDCWD, "/proc/self/auxv", O_RDONLY);

	if (fd < 0 || nsx_sys_read(fd, pairs, sizeof(pairs) - 16) <= 0)
		return false;
	return read_pairs(pairs, out);
}

void nsx_auxv_find(char **envp, struct nsx_auxv *out)
{
	uint64_t *behind;
	char **end = envp;

	*out = (struct nsx_auxv){ 0 };
	while (*end)
		end++;
	behind = (uint64_t *)(end + 1);
	/* An array that setenv(3) made lies lower in memory than any frame of ours. */
	if ((uintptr_t)envp > (uintptr_t)__builtin_frame_address(0) && read_pairs(behind, out)) {
		out->on_stack = behind;
		out->known = true;
		return;
	}
	*out = (struct nsx_auxv){ 0 };
	out->known = read_file(out);
}

/* In an object that no loader has seen there is none. */
extern ElfW(Dyn) _DYNAMIC[] NSX_LINKED;

static const struct r_debug *loader_list(const struct nsx_auxv *auxv)
{
	const ElfW(Phdr) *phdr = (const ElfW(Phdr) *)(uintptr_t)auxv->phdr;
	const ElfW(Dyn) *dyn = NULL;
	uintptr_t bias = 0;

	for (uint64_t i = 0; i < auxv->phnum; i++)
		if (phdr[i].p_type == PT_PHDR)
			bias = (uintptr_t)phdr - phdr[i].p_vaddr;
	for (uint64_t i = 0; i < auxv->phnum; i++)
		if (phdr[i].p_type == PT_DYNAMIC)
			dyn = (const ElfW(Dyn) *)(bias + phdr[i].p_vaddr);
	for (; dyn && dyn->d_tag != DT_NULL; dyn++)
		if (dyn->d_tag == DT_DEBUG)
			return (const struct r_debug *)(uintptr_t)dyn->d_un.d_ptr;
	return NULL;
}

const char *nsx_auxv_own_name(const struct nsx_auxv *auxv)
{
	const ElfW(Dyn) *own = _DYNAMIC;
	const struct r_debug *list = auxv->known && own ? loader_list(auxv) : NULL;
	const struct link_map *map = list ? list->r_map : NULL;

	while (map && map->l_ld != own)
		map = map->l_next;
	return map && map->l_name && *map->l_name ? map->l_name : NULL;
}
