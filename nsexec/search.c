/* SPDX-License-Identifier: Apache-2.0 */
#include "search.h"

#include <errno.h>

#include "sys_file.h"

const char nsx_search_default[] = "/bin:/usr/bin";

const char *nsx_env_get(char *const *envp, const char *name)
{
	for (; *envp; envp++) {
		const char *rest = nsx_text_after(*envp, name);

		if (rest && *rest == '=')
			return rest + 1;
	}
	return NULL;
}

const char *nsx_search_next(const char *dirs, const char *name, struct nsx_text *t)
{
	const char *end = dirs;

	while (*end && *end != ':')
		end++;
	nsx_text_bytes(t, dirs, (size_t)(end - dirs));
	if (end > dirs)
		nsx_text_str(t, "/");
	nsx_text_str(t, name);
	return *end ? end + 1 : NULL;
}

bool nsx_search_needed(const char *name)
{
	while (*name && *name != '/')
		name++;
	return !*name;
}

int nsx_search_check(const char *path)
{
	struct nsx_stat st;
	int rc = nsx_sys_stat(path, &st);

	if (rc < 0)
		return rc;
	return (st.mode & 0170000) == 0100000 ? nsx_sys_may_execute(path) : -EACCES;
}

int nsx_search(const char *name, char *const *envp, char *path, size_t size)
{
	const char *dirs = nsx_env_get(envp, "PATH");
	struct nsx_text t = nsx_text_on(path, size);
	int worst = -ENOENT;

	if (!nsx_search_needed(name)) {
		nsx_text_str(&t, name);
		return nsx_search_check(name);
	}
	for (dirs = dirs ? dirs : nsx_search_default; dirs;) {
		int rc;

		t = nsx_text_on(path, size);
		dirs = nsx_search_next(dirs, name, &t);
		rc = t.cut ? -ENAMETOOLONG : nsx_search_check(path);
		if (rc == 0)
			return 0;
		if (rc == -EACCES)
			worst = rc;
	}
	return worst;
}
