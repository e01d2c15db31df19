/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Noise for the room that reads runc's message.  The first 16 bytes are its header,
 * the rest is decoded whatever the header says of it.  A broken promise ends in
 * abort().
 */
#include "bootstrap.h"

#include <errno.h>
#include <stdio.h>

#include "../unit/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define promise(claim) ((claim) ? (void)0 : broken(#claim))

static void broken(const char *claim)
{
	(void)fprintf(stderr, "broken promise: %s\n", claim);
	abort();
}

/* An error is this room's, and has a subject that ends and a text without surprises. */
static void check_error(const struct nsx_error *e, int err)
{
	char text[1024];

	promise(e->step == NSX_STEP_MESSAGE);
	promise(e->err == 0 || e->err == err);
	promise(e->hint == NSX_HINT_NONE);
	promise(memchr(e->subject, '\0', sizeof(e->subject)));
	promise(e->subject[0]);
	nsx_error_text(e, text, sizeof(text));
	for (const char *c = text; *c; c++)
		promise((unsigned char)*c >= 0x20 && *c != 0x7f);
	promise(nsx_error_status(e) == 125);
}

static void check_no_error(const struct nsx_error *e)
{
	promise(e->step == NSX_STEP_NONE && e->err == 0 && e->hint == NSX_HINT_NONE);
	promise(!e->subject[0]);
}

static void check_length(const char *front)
{
	struct nsx_error e = { 0 };
	size_t len = SIZE_MAX;

	if (nsx_bootstrap_length(front, &len, &e) < 0) {
		check_error(&e, EMSGSIZE);
		promise(len == SIZE_MAX);
		return;
	}
	check_no_error(&e);
	promise(len <= NSX_BOOTSTRAP_MAX - NSX_BOOTSTRAP_HEADER);
}

/* Nothing, or a string that begins and ends in the message. */
static bool in_message(const struct message *m, const char *s)
{
	return !s || (s >= m->bytes && s < m->bytes + m->len &&
		      memchr(s, '\0', (size_t)(m->bytes + m->len - s)));
}

static void check_request(const struct message *m, const struct nsx_request *rq)
{
	const struct nsx_outside *o = &rq->outside;

	promise(rq->runc.asked && rq->report_fd == NSX_NOFD);
	promise((rq->join & ~NSX_KINDS_ALL) == 0 && (rq->unshare & ~NSX_KINDS_ALL) == 0);
	promise(rq->runc.hide || !rq->join);
	promise(!o->deny_setgroups || !rq->runc.drop_groups);
	promise(in_message(m, o->uid_map) && (!o->uid_map || *o->uid_map));
	promise(in_message(m, o->gid_map) && (!o->gid_map || *o->gid_map));
	promise(in_message(m, o->newuidmap) && (!o->newuidmap || *o->newuidmap));
	promise(in_message(m, o->newgidmap) && (!o->newgidmap || *o->newgidmap));
	promise(in_message(m, o->offsets) && (!o->offsets || *o->offsets));
	promise(in_message(m, rq->runc.oom_score_adj));
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		promise(in_message(m, rq->file[k]));
		promise(!(rq->join & NSX_KIND_BIT(k)) || (rq->file[k] && *rq->file[k]));
	}
	/* What no message can ask for. */
	promise(!rq->target && !rq->program && !rq->all && !rq->root && !rq->wd && !rq->wdns_dir);
	promise(!rq->uid.given && !rq->gid.given && !rq->preserve_credentials);
	promise(!rq->detach && !rq->plan && rq->fork == NSX_FORK_AUTO);
}

/* The value of an attribute, by a second reader that knows nothing of the first. */
static void check_value(unsigned type, const uint8_t *value, size_t len)
{
	switch (type) {
	case MESSAGE_CLONE_FLAGS:
		promise(len == 4);
		break;
	case MESSAGE_SETGROUPS:
	case MESSAGE_ROOTLESS:
		promise(len == 1 || len == 4);
		break;
	default:
		promise(len && memchr(value, '\0', len) == value + len - 1);
	}
}

/* Nothing was taken that is not whole. */
static void check_taken(const uint8_t *data, size_t size)
{
	for (size_t at = 0; at < size;) {
		uint16_t header[2];

		promise(size - at >= sizeof(header));
		memcpy(header, data + at, sizeof(header));
		promise(header[0] >= sizeof(header) && header[0] <= size - at);
		promise(header[1] >= MESSAGE_CLONE_FLAGS && header[1] < MESSAGE_UNKNOWN);
		check_value(header[1], data + at + sizeof(header), header[0] - sizeof(header));
		at += ((size_t)header[0] + 3) / 4 * 4;
	}
}

/* ---- back into a message, and once more into a request ---- */

static void put_text(struct message *m, unsigned type, const char *text)
{
	if (text)
		message_text(m, type, text);
}

static void put_paths(struct message *m, const struct nsx_request *rq)
{
	struct message list = { 0 };

	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++) {
		if (!(rq->join & NSX_KIND_BIT(k)))
			continue;
		message_bytes(&list, ",", list.len != 0);
		message_bytes(&list, nsx_kind_table[k].name, strlen(nsx_kind_table[k].name));
		message_bytes(&list, ":", 1);
		message_bytes(&list, rq->file[k], strlen(rq->file[k]));
	}
	message_bytes(&list, "", 1);
	message_text(m, MESSAGE_NS_PATHS, list.bytes);
	message_free(&list);
}

static void encode(struct message *m, const struct nsx_request *rq)
{
	message_number(m, MESSAGE_CLONE_FLAGS, nsx_kinds_flags(rq->unshare));
	if (rq->runc.hide)
		put_paths(m, rq);
	put_text(m, MESSAGE_UID_MAP, rq->outside.uid_map);
	put_text(m, MESSAGE_GID_MAP, rq->outside.gid_map);
	put_text(m, MESSAGE_NEWUIDMAP, rq->outside.newuidmap);
	put_text(m, MESSAGE_NEWGIDMAP, rq->outside.newgidmap);
	put_text(m, MESSAGE_TIME_OFFSETS, rq->outside.offsets);
	put_text(m, MESSAGE_OOM_SCORE_ADJ, rq->runc.oom_score_adj);
	/* The other combinations of both mean neither. */
	if (rq->outside.deny_setgroups)
		message_number(m, MESSAGE_ROOTLESS, 1);
	if (rq->runc.drop_groups)
		message_number(m, MESSAGE_SETGROUPS, 1);
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_same(const struct nsx_request *a, const struct nsx_request *b)
{
	promise(a->join == b->join && a->unshare == b->unshare);
	promise(a->runc.hide == b->runc.hide && a->runc.drop_groups == b->runc.drop_groups);
	promise(a->outside.deny_setgroups == b->outside.deny_setgroups);
	promise(same(a->outside.uid_map, b->outside.uid_map));
	promise(same(a->outside.gid_map, b->outside.gid_map));
	promise(same(a->outside.newuidmap, b->outside.newuidmap));
	promise(same(a->outside.newgidmap, b->outside.newgidmap));
	promise(same(a->outside.offsets, b->outside.offsets));
	promise(same(a->runc.oom_score_adj, b->runc.oom_score_adj));
	for (enum nsx_kind k = 0; k < NSX_KIND_COUNT; k++)
		if (a->join & NSX_KIND_BIT(k))
			promise(same(a->file[k], b->file[k]));
}

static void check_round_trip(const struct nsx_request *rq)
{
	struct message m = { 0 };
	struct nsx_request again;
	struct nsx_error e = { 0 };

	encode(&m, rq);
	promise(nsx_bootstrap_decode(m.bytes, m.len, &again, &e) == 0);
	check_no_error(&e);
	check_request(&m, &again);
	check_same(rq, &again);
	message_free(&m);
}

/* @data: the same bytes, which no decoder has touched */
static void check_decode(struct message *m, const uint8_t *data)
{
	struct nsx_error e = { 0 };
	struct nsx_request rq, before;

	memset(&rq, 0x55, sizeof(rq));
	memset(&before, 0x55, sizeof(before));
	if (nsx_bootstrap_decode(m->bytes, m->len, &rq, &e) < 0) {
		check_error(&e, 0);
		promise(memcmp(&rq, &before, sizeof(rq)) == 0);
		return;
	}
	check_no_error(&e);
	check_taken(data, m->len);
	check_request(m, &rq);
	check_round_trip(&rq);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message front = { 0 }, m = { 0 };
	const size_t have = size < NSX_BOOTSTRAP_HEADER ? size : NSX_BOOTSTRAP_HEADER;
	static const char zeros[NSX_BOOTSTRAP_HEADER];

	message_bytes(&front, data, have);
	message_bytes(&front, zeros, NSX_BOOTSTRAP_HEADER - have);
	message_bytes(&m, data + have, size - have);
	check_length(front.bytes);
	check_decode(&m, data + have);
	message_free(&front);
	message_free(&m);
	return 0;
}
