/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_names.h"

#include "text.h"

static const char runtime_names[NSX_RUNTIME_COUNT][12] = {
	[NSX_RUNTIME_UNKNOWN] = "",	 [NSX_RUNTIME_DOCKER] = "docker",
	[NSX_RUNTIME_PODMAN] = "podman", [NSX_RUNTIME_CONTAINERD] = "containerd",
	[NSX_RUNTIME_CRIO] = "cri-o",	 [NSX_RUNTIME_RUNC] = "runc",
	[NSX_RUNTIME_CRUN] = "crun",	 [NSX_RUNTIME_YOUKI] = "youki",
	[NSX_RUNTIME_LXC] = "lxc",
};

/* How a runtime writes an id: PREFIX, ID and maybe ".scope". */
static const struct form {
	char prefix[20];
	enum nsx_runtime runtime;
	bool any_id;	   /* else one of 64 digits, which no word of ours is */
	bool always_scope; /* else with or without it */
} forms[] = {
	{ "docker-", NSX_RUNTIME_DOCKER, false, false },
	{ "libpod-payload-", NSX_RUNTIME_PODMAN, false, false },
	{ "libpod-", NSX_RUNTIME_PODMAN, false, false },
	{ "cri-containerd-", NSX_RUNTIME_CONTAINERD, false, false },
	{ "nerdctl-", NSX_RUNTIME_CONTAINERD, false, false },
	{ "crio-", NSX_RUNTIME_CRIO, false, false },
	{ "runc-", NSX_RUNTIME_RUNC, true, true },
	{ "crun-", NSX_RUNTIME_CRUN, true, true },
	{ "youki-", NSX_RUNTIME_YOUKI, true, true },
	{ "lxc.payload.", NSX_RUNTIME_LXC, true, false },
};

/* Directories that say whose what is in them is. */
static const struct parent {
	char name[20];
	enum nsx_runtime runtime;
	bool any_id;
} parents[] = {
	{ "docker", NSX_RUNTIME_DOCKER, false },
	{ "ecs", NSX_RUNTIME_DOCKER, false },
	{ "libpod_parent", NSX_RUNTIME_PODMAN, false },
	{ "kubepods", NSX_RUNTIME_CONTAINERD, false },
	{ "k8s.io", NSX_RUNTIME_CONTAINERD, false },
	{ "lxc", NSX_RUNTIME_LXC, true },
	{ "lxc.payload", NSX_RUNTIME_LXC, true },
};

const char *nsx_runtime_name(enum nsx_runtime runtime)
{
	return runtime_names[runtime];
}

/* One part of a path, and the one around it. */
struct part {
	const char *name;
	size_t len, end;
};

/* Return: false: @at is the end of the path. */
static bool next_part(const char *path, size_t at, struct part *out)
{
	while (path[at] == '/')
		at++;
	out->name = path + at;
	while (path[at] && path[at] != '/')
		at++;
	out->end = at;
	out->len = (size_t)(path + at - out->name);
	return out->len > 0;
}

static bool is(const struct part *p, const char *text)
{
	const char *rest = nsx_text_after(p->name, text);

	return rest == p->name + p->len;
}

static bool ends(const char *name, size_t len, const char *suffix)
{
	const size_t n = nsx_text_len(suffix);

	return len > n && nsx_text_after(name + len - n, suffix);
}

bool nsx_is_container_id(const char *text, size_t len)
{
	if (len != NSX_CONTAINER_ID_BYTES)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
			return false;
	return true;
}

bool nsx_is_unit(const char *name, size_t len)
{
	static const char suffixes[][9] = { ".service", ".scope", ".socket", ".mount", ".swap" };

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (ends(name, len, suffixes[i]))
			return true;
	return false;
}

static bool by_form(const struct part *p, const struct form *form, struct nsx_cgroup_part *out)
{
	static const char scope[] = ".scope";
	const char *id = nsx_text_after(p->name, form->prefix);
	size_t len = id ? (size_t)(p->name + p->len - id) : 0;

	if (!id || id > p->name + p->len)
		return false;
	if (ends(id, len, scope))
		len -= sizeof(scope) - 1;
	else if (form->always_scope)
		return false;
	if (!len || !(form->any_id || nsx_is_container_id(id, len)))
		return false;
	*out = (struct nsx_cgroup_part){ id, len, p->end, form->runtime };
	return true;
}

/* Is this one of those directories?  Those of pods have longer names. */
static const struct parent *as_parent(const struct part *p)
{
	static const struct parent pods = { "kubepods", NSX_RUNTIME_CONTAINERD, false };

	for (size_t i = 0; i < sizeof(parents) / sizeof(*parents); i++)
		if (is(p, parents[i].name))
			return &parents[i];
	return nsx_text_after(p->name, pods.name) ? &pods : NULL;
}

/* The one whose prefix, but for its dash, is what ends at byte @end; else UNKNOWN, which is 0. */
static enum nsx_runtime names_runtime(const struct part *p, size_t end)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		const size_t len = nsx_text_len(forms[i].prefix) - 1;
		size_t n = 0;

		while (len < end && n < len && p->name[end - len + n] == forms[i].prefix[n])
			n++;
		if (len < end && n == len && p->name[end - len - 1] == ':')
			return forms[i].runtime;
	}
	return NSX_RUNTIME_UNKNOWN;
}

/*
 * @around: the nearest of those directories above it, or NULL; @next: directly above it.
 * "SLICE:cri-containerd:ID" is what becomes of a name for systemd that is no such name.
 */
static bool names_container(const struct part *p, const struct parent *around, bool next,
			    struct nsx_cgroup_part *out)
{
	const bool longer = p->len > NSX_CONTAINER_ID_BYTES;
	const size_t skip = longer ? p->len - NSX_CONTAINER_ID_BYTES : 0;
	enum nsx_runtime runtime = around ? around->runtime : NSX_RUNTIME_UNKNOWN;

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (by_form(p, &forms[i], out))
			return true;
	*out = (struct nsx_cgroup_part){ p->name, p->len, p->end, runtime };
	if (next && around->any_id)
		return !nsx_is_unit(p->name, p->len);
	if (longer && p->name[skip - 1] != ':')
		return false;
	if (longer && names_runtime(p, skip - 1))
		runtime = names_runtime(p, skip - 1);
	*out = (struct nsx_cgroup_part){ p->name + skip, p->len - skip, p->end, runtime };
	return nsx_is_container_id(out->name, out->len);
}

bool nsx_cgroup_container(const char *path, size_t at, struct nsx_cgroup_part *out)
{
	const struct parent *around = NULL;
	struct part p = { path, 0, 0 };
	bool next = false;

	while (next_part(path, p.end, &p)) {
		const struct parent *here = as_parent(&p);

		if (p.end > at && names_container(&p, around, next, out))
			return true;
		next = here;
		around = here ? here : around;
	}
	return false;
}

bool nsx_cgroup_innermost(const char *path, struct nsx_cgroup_part *out)
{
	struct nsx_cgroup_part next;
	bool found = false;
	size_t at = 0;

	while (nsx_cgroup_container(path, at, &next)) {
		found = true;
		*out = next;
		at = next.end;
	}
	return found;
}

bool nsx_cgroup_bare(const char *path, const char *id, struct nsx_cgroup_part *out)
{
	struct nsx_cgroup_part below;
	struct part p = { path, 0, 0 };

	while (next_part(path, p.end, &p)) {
		if (!is(&p, id) || nsx_is_unit(p.name, p.len) || ends(p.name, p.len, ".slice"))
			continue;
		if (nsx_cgroup_container(path, p.end, &below))
			continue;
		*out = (struct nsx_cgroup_part){ p.name, p.len, p.end, NSX_RUNTIME_UNKNOWN };
		return true;
	}
	return false;
}

/* systemd puts a '_' in front of names that would be those of files there. */
static bool is_unit(const struct part *p, const char *name)
{
	const struct part bare = { p->name + 1, p->len - 1, p->end };

	return is(p, name) || (*p->name == '_' && is(&bare, name));
}

/* "user@1000.service" */
static bool is_user_manager(const struct part *p)
{
	const char *at = nsx_text_after(p->name, "user@");

	return at && ends(p->name, p->len, ".service");
}

/*
 * Only slices lead to a unit of the system's manager, and one of its services, that of the
 * user, to those of the user's.  What that one starts the user may name as he likes.
 */
static enum nsx_unit_of pass(enum nsx_unit_of of, const struct part *p)
{
	if (is(p, "..") || ends(p->name, p->len, ".slice"))
		return of;
	return of == NSX_UNIT_OF_SYSTEM && is_user_manager(p) ? NSX_UNIT_OF_USER
							      : NSX_UNIT_ELSEWHERE;
}

bool nsx_cgroup_unit(const char *path, const char *name, struct nsx_cgroup_part *out,
		     enum nsx_unit_of *of)
{
	struct part p = { path, 0, 0 };

	*of = NSX_UNIT_OF_SYSTEM;
	for (; next_part(path, p.end, &p); *of = pass(*of, &p))
		if (is_unit(&p, name)) {
			*out = (struct nsx_cgroup_part){ p.name, p.len, p.end,
							 NSX_RUNTIME_UNKNOWN };
			return true;
		}
	return false;
}

bool nsx_cgroup_innermost_unit(const char *path, struct nsx_cgroup_part *out)
{
	struct part p = { path, 0, 0 };
	bool found = false;

	while (next_part(path, p.end, &p)) {
		if (!ends(p.name, p.len, ".service") && !ends(p.name, p.len, ".scope"))
			continue;
		*out = (struct nsx_cgroup_part){ p.name, p.len, p.end, NSX_RUNTIME_UNKNOWN };
		found = true;
	}
	return found;
}

bool nsx_cgroup_is_in(const char *path, const char *key, size_t len, bool exactly)
{
	size_t i = 0;

	while (i < len && path[i] && path[i] == key[i])
		i++;
	if (i < len)
		return false;
	return !path[i] || (!exactly && (path[i] == '/' || (len && key[len - 1] == '/')));
}
