/* SPDX-License-Identifier: Apache-2.0 */
#include "label.h"

#include <errno.h>

#include "fd.h"
#include "text.h"

/* "NAME (MODE)", or "unconfined" alone.  Return: bytes of the name; 0: neither. */
static size_t apparmor_name_len(const char *text)
{
	const size_t len = nsx_text_len(text);

	if (nsx_text_same(text, "unconfined"))
		return len;
	if (!len || text[len - 1] != ')')
		return 0;
	for (size_t at = len - 1; at > 0; at--)
		if (text[at] == '(' && text[at - 1] == ' ')
			return at - 1;
	return 0;
}

/* "USER:ROLE:TYPE", and more behind it. */
static bool is_selinux(const char *text)
{
	size_t colons = 0;

	for (; *text; text++)
		colons += *text == ':';
	return colons >= 2;
}

void nsx_label_make(const char *text, bool own_dir, struct nsx_label *out)
{
	struct nsx_text t = nsx_text_on(out->text, sizeof(out->text));
	const size_t name_len = apparmor_name_len(text);

	out->lsm = NSX_LSM_NONE;
	out->own_dir = own_dir;
	if (name_len) {
		out->lsm = NSX_LSM_APPARMOR;
		nsx_text_str(&t, "exec ");
		nsx_text_bytes(&t, text, name_len);
	} else if (!own_dir && is_selinux(text)) {
		out->lsm = NSX_LSM_SELINUX;
		nsx_text_str(&t, text);
	}
	if (t.cut)
		out->lsm = NSX_LSM_NONE;
}

const char *nsx_label_file(const struct nsx_label *label)
{
	return label->own_dir ? "thread-self/attr/apparmor/exec" : "thread-self/attr/exec";
}

int nsx_label_read(int dir, struct nsx_label *out)
{
	static const char files[][24] = { "attr/apparmor/current", "attr/current" };
	char text[NSX_LABEL_BYTES];
	long rc = -ENOENT;

	out->lsm = NSX_LSM_NONE;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files) && out->lsm == NSX_LSM_NONE; i++) {
		rc = nsx_fd_read_text(dir, files[i], text, sizeof(text));
		for (char *c = text; *c; c++)
			if (*c == '\n')
				*c = '\0';
		if (rc > 0)
			nsx_label_make(text, i == 0, out);
	}
	/* Without such a module the files are not there, or reading them is EINVAL. */
	return rc < 0 && rc != -ENOENT && rc != -EINVAL ? (int)rc : 0;
}
