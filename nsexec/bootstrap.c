/* SPDX-License-Identifier: Apache-2.0 */
#include "bootstrap.h"

#include <errno.h>

#include "text.h"

enum {
	TYPE_ERROR = 2,	   /* NLMSG_ERROR: the caller gave up */
	TYPE_INIT = 62000, /* the one message there is */
	ATTR_HEADER = 4,   /* bytes */
	ATTR_FIRST = 27281,
	NO_TYPE = 0x10000, /* none of 16 bits: the type is not known */
};

/* In the order of their numbers, from ATTR_FIRST on. */
enum attr {
	ATTR_CLONE_FLAGS,
	ATTR_NS_PATHS,
	ATTR_UID_MAP,
	ATTR_GID_MAP,
	ATTR_SETGROUPS,
	ATTR_OOM_SCORE_ADJ,
	ATTR_ROOTLESS,
	ATTR_NEWUIDMAP,
	ATTR_NEWGIDMAP,
	ATTR_TIME_OFFSETS,
	ATTR_COUNT
};

enum form { FORM_NUMBER, FORM_BOOL, FORM_STRING };

static const unsigned char forms[ATTR_COUNT] = {
	[ATTR_CLONE_FLAGS] = FORM_NUMBER, [ATTR_NS_PATHS] = FORM_STRING,
	[ATTR_UID_MAP] = FORM_STRING,	  [ATTR_GID_MAP] = FORM_STRING,
	[ATTR_SETGROUPS] = FORM_BOOL,	  [ATTR_OOM_SCORE_ADJ] = FORM_STRING,
	[ATTR_ROOTLESS] = FORM_BOOL,	  [ATTR_NEWUIDMAP] = FORM_STRING,
	[ATTR_NEWGIDMAP] = FORM_STRING,	  [ATTR_TIME_OFFSETS] = FORM_STRING,
};

/* The message as far as it has been read. */
struct reader {
	char *bytes;
	size_t at, len;
	struct nsx_request rq;
	uint32_t flags; /* CLONE_NEW* */
	bool setgroups; /* are allowed inside */
	bool rootless;	/* the caller is an ordinary user */
	struct nsx_error *e;
};

/* One attribute, whole. */
struct value {
	enum attr attr;
	size_t at;	 /* where its header is */
	char *text;	 /* what follows that; ends in NUL if it is a string */
	uint32_t number; /* if it is one */
};

/* "byte 20: attribute 27281, @what" */
static int fail(struct reader *r, size_t at, unsigned type, const char *what)
{
	char buf[128];
	struct nsx_text t = nsx_text_on(buf, sizeof(buf));

	nsx_text_str(&t, "byte ");
	nsx_text_u64(&t, NSX_BOOTSTRAP_HEADER + at);
	nsx_text_str(&t, ": ");
	if (type != NO_TYPE) {
		nsx_text_str(&t, "attribute ");
		nsx_text_u64(&t, type);
		nsx_text_str(&t, ", ");
	}
	nsx_text_str(&t, what);
	return nsx_fail(r->e, NSX_STEP_MESSAGE, 0, buf, NULL);
}

static uint16_t load16(const char *at)
{
	uint16_t n;

	__builtin_memcpy(&n, at, sizeof(n));
	return n;
}

static uint32_t load32(const char *at)
{
	uint32_t n;

	__builtin_memcpy(&n, at, sizeof(n));
	return n;
}

int nsx_bootstrap_length(const char *header, size_t *out, struct nsx_error *e)
{
	const uint32_t len = load32(header);
	const uint16_t type = load16(header + 4);

	if (type == TYPE_ERROR)
		return nsx_fail(e, NSX_STEP_MESSAGE, 0, "the caller sent an error", NULL);
	if (type != TYPE_INIT)
		return nsx_fail_number(e, NSX_STEP_MESSAGE, 0, "unexpected type", "", type,
				       ", not 62000");
	if (len < NSX_BOOTSTRAP_HEADER)
		return nsx_fail_number(e, NSX_STEP_MESSAGE, 0, "shorter than its header", "length ",
				       len, "");
	if (len > NSX_BOOTSTRAP_MAX)
		return nsx_fail_number(e, NSX_STEP_MESSAGE, EMSGSIZE, "longer than a mebibyte",
				       "length ", len, "");
	*out = len - NSX_BOOTSTRAP_HEADER;
	return 0;
}

/* Its last byte is its only NUL. */
static bool is_string(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			return i == len - 1;
	return false;
}

static int read_value(struct reader *r, struct value *v, unsigned type, size_t len)
{
	v->text = r->bytes + v->at + ATTR_HEADER;
	switch ((enum form)forms[v->attr]) {
	case FORM_NUMBER:
		if (len != sizeof(uint32_t))
			return fail(r, v->at, type, "not a number of 4 bytes");
		v->number = load32(v->text);
		return 0;
	case FORM_BOOL: /* a byte, before callers wrote 4 */
		if (len != 1 && len != sizeof(uint32_t))
			return fail(r, v->at, type, "not a truth value of 1 or 4 bytes");
		v->number = len == 1 ? (unsigned char)*v->text : load32(v->text);
		return 0;
	case FORM_STRING:
		if (!is_string(v->text, len))
			return fail(r, v->at, type, "not a string that ends in its only NUL byte");
		return 0;
	}
	return -1;
}

/* The next attribute, whole and of a type that we know. */
static int next(struct reader *r, struct value *v)
{
	const size_t left = r->len - r->at;
	unsigned type, len;

	*v = (struct value){ .at = r->at };
	if (left < ATTR_HEADER)
		return fail(r, r->at, NO_TYPE, "less than the header of an attribute");
	len = load16(r->bytes + r->at);
	type = load16(r->bytes + r->at + 2);
	if (len < ATTR_HEADER)
		return fail(r, r->at, type, "shorter than its header");
	if (len > left)
		return fail(r, r->at, type, "longer than the message");
	if (type < ATTR_FIRST || type >= ATTR_FIRST + ATTR_COUNT)
		return fail(r, r->at, type, "which nobody knows");
	v->attr = type - ATTR_FIRST;
	if (read_value(r, v, type, len - ATTR_HEADER) < 0)
		return -1;
	len = (len + 3) & ~3u;
	r->at += len < left ? len : left; /* the last one may go without padding */
	return 0;
}

/* Cut the next "KIND:PATH" off the list. */
static char *cut(char **list, char **path)
{
	char *item = *list, *c;

	*path = NULL;
	for (c = item; *c && *c != ','; c++)
		if (*c == ':' && !*path) {
			*c = '\0';
			*path = c + 1;
		}
	*list = *c ? c + 1 : NULL;
	*c = '\0';
	return item;
}

static enum nsx_kind kind_by_name(const char *name)
{
	enum nsx_kind k = 0;

	while (k < NSX_KIND_COUNT && !nsx_text_same(nsx_kind_table[k].name, name))
		k++;
	return k;
}

/* An empty list is that of a container without any namespace of its own. */
static int take_paths(struct reader *r, char *list)
{
	struct nsx_request *rq = &r->rq;

	rq->runc.hide = true;
	rq->join = 0; /* of a list that came before this one nothing stays */
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		rq->file[k] = NULL;
	for (list = *list ? list : NULL; list;) {
		char *path, *name = cut(&list, &path);
		enum nsx_kind kind = kind_by_name(name);

		if (!path || !*path)
			return nsx_fail(r->e, NSX_STEP_MESSAGE, 0,
					"no path for a namespace to join", name);
		if (kind == NSX_KIND_COUNT)
			return nsx_fail(r->e, NSX_STEP_MESSAGE, 0, "no kind of namespace to join",
					name);
		if (rq->join & NSX_KIND_BIT(kind))
			return nsx_fail(r->e, NSX_STEP_MESSAGE, 0, "kind to be joined twice", name);
		rq->join |= NSX_KIND_BIT(kind);
		rq->file[kind] = path;
	}
	return 0;
}

/* An empty string is the same as none. */
static const char *text_or_null(const char *text)
{
	return *text ? text : NULL;
}

static int take(struct reader *r, const struct value *v)
{
	struct nsx_request *rq = &r->rq;

	switch (v->attr) {
	case ATTR_CLONE_FLAGS:
		r->flags = v->number;
		break;
	case ATTR_NS_PATHS:
		return take_paths(r, v->text);
	case ATTR_UID_MAP:
		rq->outside.uid_map = text_or_null(v->text);
		break;
	case ATTR_GID_MAP:
		rq->outside.gid_map = text_or_null(v->text);
		break;
	case ATTR_SETGROUPS:
		r->setgroups = v->number;
		break;
	case ATTR_OOM_SCORE_ADJ:
		rq->runc.oom_score_adj = v->text;
		break;
	case ATTR_ROOTLESS:
		r->rootless = v->number;
		break;
	case ATTR_NEWUIDMAP:
		rq->outside.newuidmap = text_or_null(v->text);
		break;
	case ATTR_NEWGIDMAP:
		rq->outside.newgidmap = text_or_null(v->text);
		break;
	case ATTR_TIME_OFFSETS:
		rq->outside.offsets = text_or_null(v->text);
		break;
	case ATTR_COUNT:
		break;
	}
	return 0;
}

/* What only all attributes together tell. */
static int conclude(struct reader *r)
{
	struct nsx_request *rq = &r->rq;
	uint32_t left = r->flags;

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (left & nsx_kind_table[k].flag) {
			rq->unshare |= NSX_KIND_BIT(k);
			left &= ~nsx_kind_table[k].flag;
		}
	if (left)
		return nsx_fail_number(r->e, NSX_STEP_MESSAGE, 0,
				       "clone flags that are no kind of namespace", "", left, "");
	rq->outside.deny_setgroups = r->rootless && !r->setgroups;
	rq->runc.drop_groups = !r->rootless && r->setgroups;
	return 0;
}

int nsx_bootstrap_decode(char *bytes, size_t len, struct nsx_request *out, struct nsx_error *e)
{
	struct reader r = { .len = len, .e = e };

	r.bytes = bytes;
	r.rq.report_fd = NSX_NOFD;
	r.rq.runc.asked = true;
	while (r.at < r.len) {
		struct value v;

		if (next(&r, &v) < 0 || take(&r, &v) < 0)
			return -1;
	}
	if (conclude(&r) < 0)
		return -1;
	*out = r.rq;
	return 0;
}
