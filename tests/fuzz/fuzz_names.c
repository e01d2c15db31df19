/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Noise for what names of processes are read from: what runtimes write down, the paths of
 * cgroups, and stat of /proc.  The first byte chooses whose it is, the rest is what is there.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup_names.h"
#include "containers.h"
#include "procfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define promise(claim) ((claim) ? (void)0 : broken(#claim))

static void broken(const char *claim)
{
	(void)fprintf(stderr, "broken promise: %s\n", claim);
	abort();
}

/* Pieces come to an end, and none of them is longer than its storage. */
static void check_pieces(const char *text, size_t len)
{
	struct nsx_json j;
	enum nsx_json_is is;
	size_t n = 0;

	nsx_json_memory(&j, text, len);
	do {
		is = nsx_json_next(&j);
		promise(++n <= len + 1);
		promise(j.depth <= NSX_JSON_DEPTH_MAX);
		promise(memchr(j.text, '\0', sizeof(j.text)));
	} while (is != NSX_JSON_END && is != NSX_JSON_BAD);
	promise(nsx_json_next(&j) == is);
	promise(is == NSX_JSON_BAD || !j.depth);
}

static void check_state(const char *text, size_t len, bool crun)
{
	struct nsx_json j;
	uint64_t start = 0;
	int pid = 0;

	nsx_json_memory(&j, text, len);
	if (nsx_containers_read_state(&j, crun, &pid, &start))
		promise(pid > 0 && start > 0);
}

static void check_names(const char *text, size_t len)
{
	struct nsx_container_ids ids = { 0 };
	struct nsx_json j;

	nsx_json_memory(&j, text, len);
	(void)nsx_containers_read_docker(&j, "web");
	nsx_json_memory(&j, text, len);
	(void)nsx_containers_read_podman(&j, "web", &ids);
	promise(ids.n <= NSX_IDS_MAX);
	for (size_t i = 0; i < ids.n; i++)
		promise(nsx_is_container_id(ids.id[i], strlen(ids.id[i])));
}

static void check_part(const char *path, const struct nsx_cgroup_part *part)
{
	promise(part->len > 0 && part->end <= strlen(path));
	promise(part->name >= path && part->name + part->len <= path + part->end);
	promise(!path[part->end] || path[part->end] == '/');
	promise(!memchr(part->name, '/', part->len));
	promise(nsx_cgroup_is_in(path, path, part->end, false));
}

static void check_path(const char *path)
{
	struct nsx_cgroup_part part, last = { .end = 0 };
	enum nsx_unit_of of;
	bool any = false;

	for (size_t at = 0; nsx_cgroup_container(path, at, &part); at = part.end) {
		check_part(path, &part);
		promise(part.end > at);
		any = true;
		last = part;
	}
	promise(nsx_cgroup_innermost(path, &part) == any);
	promise(!any || part.end == last.end);
	if (nsx_cgroup_innermost_unit(path, &part))
		check_part(path, &part);
	if (nsx_cgroup_unit(path, "a.service", &part, &of))
		check_part(path, &part);
	if (nsx_cgroup_bare(path, "web", &part)) {
		check_part(path, &part);
		promise(part.len == 3);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nsx_procfs_stat stat;
	char *text;

	if (size == 0)
		return 0;
	text = malloc(size); /* of this size exactly, so that a byte beyond is noticed */
	promise(text != NULL);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] % 4) {
	case 0:
		check_pieces(text, size - 1);
		check_names(text, size - 1);
		break;
	case 1:
		check_state(text, size - 1, data[0] & 4);
		break;
	case 2:
		check_path(text);
		break;
	default:
		if (nsx_procfs_parse_stat(text, &stat))
			promise(stat.pid >= 0 && stat.parent >= 0);
	}
	free(text);
	return 0;
}
