/* SPDX-License-Identifier: Apache-2.0 */
#include "containers.h"

#include <errno.h>

#include "dir.h"
#include "sys_file.h"
#include "sys_identity.h"
#include "text.h"

enum { PATH_BYTES = 512 };

static void remember(struct nsx_denied *denied, int rc, const char *path)
{
	struct nsx_text t;

	if ((rc != -EACCES && rc != -EPERM) || denied->err)
		return;
	denied->err = -rc;
	t = nsx_text_on(denied->path, sizeof(denied->path));
	nsx_text_str(&t, "/");
	nsx_text_str(&t, path);
}

/* "A/B"; @a: NULL: @b alone.  Return: false: too long. */
static bool join(char path[PATH_BYTES], const char *a, const char *b)
{
	struct nsx_text t = nsx_text_on(path, PATH_BYTES);

	nsx_text_str(&t, a);
	nsx_text_str(&t, "/");
	nsx_text_str(&t, b);
	return !t.cut;
}

/* A whole file, no FIFO, of root or ourselves.  Return: descriptor, or NSX_NOFD. */
static int open_file(int root, const char *path, struct nsx_denied *denied)
{
	enum { REGULAR = 0100000 };
	nsx_autofd fd = nsx_fd_openat(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct nsx_stat st;

	if (fd < 0) {
		remember(denied, fd, path);
		return NSX_NOFD;
	}
	if (nsx_sys_fstat(fd, &st) < 0 || (st.mode & NSX_S_IFMT) != REGULAR ||
	    (st.uid != 0 && st.uid != nsx_sys_geteuid()))
		return NSX_NOFD;
	return nsx_fd_take(&fd);
}

/* ---- what is in the files ------------------------------------------------------ */

/* All of it must be JSON: what somebody is still writing is not believed. */
static bool read_rest(struct nsx_json *j)
{
	enum nsx_json_is is;

	do
		is = nsx_json_next(j);
	while (is != NSX_JSON_END && is != NSX_JSON_BAD);
	return is == NSX_JSON_END;
}

bool nsx_containers_read_state(struct nsx_json *j, bool crun, int *pid, uint64_t *start)
{
	const char *const pid_key = crun ? "pid" : "init_process_pid";
	const char *const start_key = crun ? "process-start-time" : "init_process_start";
	bool has_pid = false, has_start = false, of_pid = false, of_start = false;
	enum nsx_json_is is;
	uint64_t number;

	while ((is = nsx_json_next(j)) != NSX_JSON_END && is != NSX_JSON_BAD) {
		if (is == NSX_JSON_NUMBER && of_pid && nsx_json_number(j, INT32_MAX, &number)) {
			*pid = (int)number;
			has_pid = number > 0;
		}
		if (is == NSX_JSON_NUMBER && of_start && nsx_json_number(j, UINT64_MAX, start))
			has_start = *start > 0;
		of_pid = is == NSX_JSON_KEY && j->depth == 1 && nsx_json_says(j, pid_key);
		of_start = is == NSX_JSON_KEY && j->depth == 1 && nsx_json_says(j, start_key);
	}
	return is == NSX_JSON_END && has_pid && has_start;
}

/* "Name":"/NAME" */
bool nsx_containers_read_docker(struct nsx_json *j, const char *name)
{
	bool of_name = false, found = false;
	enum nsx_json_is is;

	while (!found && (is = nsx_json_next(j)) != NSX_JSON_END && is != NSX_JSON_BAD) {
		found = is == NSX_JSON_TEXT && of_name && j->text[0] == '/' && !j->cut &&
			nsx_text_same(j->text + 1, name);
		of_name = is == NSX_JSON_KEY && j->depth == 1 && nsx_json_says(j, "Name");
	}
	return found && read_rest(j);
}

static void add_id(struct nsx_container_ids *ids, const char *id)
{
	struct nsx_text t;

	for (size_t i = 0; i < ids->n; i++)
		if (nsx_text_same(ids->id[i], id))
			return;
	if (ids->n == NSX_IDS_MAX || !nsx_is_container_id(id, nsx_text_len(id)))
		return;
	t = nsx_text_on(ids->id[ids->n], sizeof(ids->id[ids->n]));
	nsx_text_str(&t, id);
	ids->n++;
}

/* [{"id":"ID","names":["NAME",...],...},...] */
bool nsx_containers_read_podman(struct nsx_json *j, const char *name, struct nsx_container_ids *out)
{
	char id[NSX_JSON_TEXT_BYTES] = "";
	bool of_id = false, of_names = false, found = false;
	struct nsx_container_ids ids = { 0 };
	enum nsx_json_is is;

	while ((is = nsx_json_next(j)) != NSX_JSON_END && is != NSX_JSON_BAD) {
		if (is == NSX_JSON_TEXT && of_id && !j->cut)
			__builtin_memcpy(id, j->text, sizeof(id));
		if (is == NSX_JSON_TEXT && of_names && j->depth == 3)
			found = found || nsx_json_says(j, name);
		if (is == NSX_JSON_CLOSE && j->depth == 1) {
			if (found)
				add_id(&ids, id);
			found = false;
			id[0] = '\0';
		}
		of_id = is == NSX_JSON_KEY && j->depth == 2 && nsx_json_says(j, "id");
		if (is == NSX_JSON_KEY && j->depth == 2)
			of_names = nsx_json_says(j, "names");
	}
	for (size_t i = 0; is == NSX_JSON_END && i < ids.n; i++)
		add_id(out, ids.id[i]);
	return is == NSX_JSON_END;
}

/* ---- names ---------------------------------------------------------------------- */

static void look_at_docker(int root, const char *dir, const char *name,
			   struct nsx_container_ids *out, struct nsx_denied *denied)
{
	struct nsx_dir d;
	const char *id;
	const int rc = nsx_dir_open(&d, root, dir);

	remember(denied, rc, dir);
	while (rc == 0 && (id = nsx_dir_next(&d))) {
		nsx_autofd file = NSX_NOFD;
		char path[PATH_BYTES], config[PATH_BYTES];
		struct nsx_json j;

		if (!nsx_is_container_id(id, nsx_text_len(id)) || !join(path, dir, id) ||
		    !join(config, path, "config.v2.json"))
			continue;
		file = open_file(root, config, denied);
		if (file == NSX_NOFD)
			continue;
		nsx_json_file(&j, file);
		if (nsx_containers_read_docker(&j, name))
			add_id(out, id);
	}
	nsx_dir_close(&d);
}

static void look_at_podman(int root, const char *dir, const char *name,
			   struct nsx_container_ids *out, struct nsx_denied *denied)
{
	/* One for each way to store images; "volatile" are those that go when they end. */
	static const char files[][48] = {
		"overlay-containers/containers.json", "overlay-containers/volatile-containers.json",
		"vfs-containers/containers.json",     "vfs-containers/volatile-containers.json",
		"btrfs-containers/containers.json",   "zfs-containers/containers.json",
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		nsx_autofd file = NSX_NOFD;
		char path[PATH_BYTES];
		struct nsx_json j;

		if (!join(path, dir, files[i]))
			continue;
		file = open_file(root, path, denied);
		if (file == NSX_NOFD)
			continue;
		nsx_json_file(&j, file);
		(void)nsx_containers_read_podman(&j, name, out); /* what is no JSON names nobody */
	}
}

void nsx_containers_named(int root, const char *home, const char *name,
			  struct nsx_container_ids *out, struct nsx_denied *denied)
{
	char path[PATH_BYTES];

	look_at_docker(root, "var/lib/docker/containers", name, out, denied);
	look_at_podman(root, "var/lib/containers/storage", name, out, denied);
	if (*home && join(path, home, ".local/share/docker/containers"))
		look_at_docker(root, path, name, out, denied);
	if (*home && join(path, home, ".local/share/containers/storage"))
		look_at_podman(root, path, name, out, denied);
}

/* ---- states --------------------------------------------------------------------- */

/* What is looked for, and who is told. */
struct search {
	int root;
	const char *id;
	bool whole;
	nsx_container_fn *report;
	void *arg;
	struct nsx_denied *denied;
};

/* DIR/ID/state.json of runc, DIR/ID/status of crun. */
static void look_at_state(const struct search *s, const char *dir, const char *id, bool crun)
{
	struct nsx_container c = { .id = id,
				   .runtime = crun ? NSX_RUNTIME_CRUN : NSX_RUNTIME_RUNC };
	char path[PATH_BYTES], file[PATH_BYTES];
	nsx_autofd fd = NSX_NOFD;
	struct nsx_json j;

	if (!join(path, dir, id) || !join(file, path, crun ? "status" : "state.json"))
		return;
	fd = open_file(s->root, file, s->denied);
	if (fd == NSX_NOFD)
		return;
	nsx_json_file(&j, fd);
	if (nsx_containers_read_state(&j, crun, &c.pid, &c.start))
		s->report(s->arg, &c);
}

static void look_at_states(const struct search *s, const char *dir, bool crun)
{
	struct nsx_dir d;
	const char *id;
	int rc;

	if (s->whole) {
		look_at_state(s, dir, s->id, crun);
		return;
	}
	rc = nsx_dir_open(&d, s->root, dir);
	remember(s->denied, rc, dir);
	while (rc == 0 && (id = nsx_dir_next(&d)))
		if (nsx_text_after(id, s->id))
			look_at_state(s, dir, id, crun);
	nsx_dir_close(&d);
}

/* There is a directory for each of containerd's namespaces. */
static void look_below(const struct search *s, const char *dir)
{
	struct nsx_dir d;
	const char *name;
	const int rc = nsx_dir_open(&d, s->root, dir);

	remember(s->denied, rc, dir);
	while (rc == 0 && (name = nsx_dir_next(&d))) {
		char path[PATH_BYTES];

		if (join(path, dir, name))
			look_at_states(s, path, false);
	}
	nsx_dir_close(&d);
}

static bool is_one_part(const char *id)
{
	if (!*id || nsx_text_same(id, ".") || nsx_text_same(id, ".."))
		return false;
	for (; *id; id++)
		if (*id == '/')
			return false;
	return true;
}

void nsx_containers_states(int root, uint32_t uid, const char *id, bool whole,
			   nsx_container_fn *report, void *arg, struct nsx_denied *denied)
{
	const struct search s = { root, id, whole, report, arg, denied };
	char user[32], path[PATH_BYTES];
	struct nsx_text t = nsx_text_on(user, sizeof(user));

	if (!is_one_part(id))
		return;
	look_at_states(&s, "run/runc", false);
	look_at_states(&s, "run/crun", true);
	look_below(&s, "run/containerd/runc");
	look_below(&s, "run/docker/runtime-runc");
	nsx_text_str(&t, "run/user/");
	nsx_text_u64(&t, uid);
	if (join(path, user, "runc"))
		look_at_states(&s, path, false);
	if (join(path, user, "crun"))
		look_at_states(&s, path, true);
	if (join(path, user, "docker/runtime-runc"))
		look_below(&s, path);
}
