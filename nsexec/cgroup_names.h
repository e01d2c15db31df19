/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the path of a cgroup says about whose it is, as runtimes of containers and systemd
 * name them.  Pure: a path is that of /proc/PID/cgroup, in which "/.." leads above the root
 * of our cgroup namespace.
 */
#ifndef NSX_CGROUP_NAMES_H
#define NSX_CGROUP_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Texts are behind one another, so that a table of them needs no relocation. */
enum nsx_runtime {
	NSX_RUNTIME_UNKNOWN,
	NSX_RUNTIME_DOCKER,
	NSX_RUNTIME_PODMAN,
	NSX_RUNTIME_CONTAINERD,
	NSX_RUNTIME_CRIO,
	NSX_RUNTIME_RUNC,
	NSX_RUNTIME_CRUN,
	NSX_RUNTIME_YOUKI,
	NSX_RUNTIME_LXC,
	NSX_RUNTIME_COUNT
};

/* "docker", ...; "": unknown. */
const char *nsx_runtime_name(enum nsx_runtime runtime);

/* A part of a path that names something, and all of the path up to its end. */
struct nsx_cgroup_part {
	const char *name; /* inside the path, not ended by NUL */
	size_t len;
	size_t end; /* the part's end, from the beginning of the path */
	enum nsx_runtime runtime;
};

enum { NSX_CONTAINER_ID_BYTES = 64 };

/* 64 hexadecimal digits, as most runtimes make ids? */
bool nsx_is_container_id(const char *text, size_t len);

/**
 * nsx_cgroup_container() - the next container that a path names
 * @at: bytes of @path that have been looked at; 0 at first
 *
 * The cgroups of conmon, shims and monitors, who are outside of their container, name none.
 *
 * Return: false: there is none any more.
 */
bool nsx_cgroup_container(const char *path, size_t at, struct nsx_cgroup_part *out);

/* The innermost one. */
bool nsx_cgroup_innermost(const char *path, struct nsx_cgroup_part *out);

/**
 * nsx_cgroup_bare() - a part that is this id and nothing else
 *
 * Not if a container is named by what is below it, nor if it is a unit's name.
 */
bool nsx_cgroup_bare(const char *path, const char *id, struct nsx_cgroup_part *out);

/* Whose manager has the unit. */
enum nsx_unit_of { NSX_UNIT_OF_SYSTEM, NSX_UNIT_OF_USER, NSX_UNIT_ELSEWHERE };

/* Is @name, a unit with its suffix, part of the path? */
bool nsx_cgroup_unit(const char *path, const char *name, struct nsx_cgroup_part *out,
		     enum nsx_unit_of *of);

/* The innermost part that is a service or a scope. */
bool nsx_cgroup_innermost_unit(const char *path, struct nsx_cgroup_part *out);

/* Does @name end with the suffix of a unit that has processes? */
bool nsx_is_unit(const char *name, size_t len);

/* Is @path the cgroup that the first @len bytes of @key name, or, unless @exactly, below it? */
bool nsx_cgroup_is_in(const char *path, const char *key, size_t len, bool exactly);

#endif
