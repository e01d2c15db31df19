/* SPDX-License-Identifier: Apache-2.0 */
/* What the model is asked for, as far as it is one. */
#include "model.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
	MESSAGE_TYPE = 62000,
	CLONE_FLAGS = 27281,
	NS_PATHS = 27282,
	OOM_SCORE_ADJ = 27286,
	ROOTLESS_EUID = 27287,
};

struct header {
	uint32_t length;
	uint16_t type, flags;
	uint32_t seq, pid;
};

struct attribute {
	uint16_t length, type;
};

static void take(struct model_request *rq, uint16_t type, char *payload, size_t length)
{
	switch (type) {
	case CLONE_FLAGS:
		memcpy(&rq->clone_flags, payload, sizeof(rq->clone_flags));
		break;
	case NS_PATHS:
		rq->paths = payload;
		break;
	case OOM_SCORE_ADJ:
		rq->oom = payload;
		rq->oom_length = length;
		break;
	case ROOTLESS_EUID:
		rq->rootless = *payload;
		break;
	default:
		model_die("attribute %d is not for this model", type);
	}
}

void model_read_request(int fd, struct model_request *rq)
{
	struct header header;
	size_t length;

	model_say(MODEL_DEBUG, "waiting for what the caller wants");
	if (read(fd, &header, sizeof(header)) != sizeof(header) || header.type != MESSAGE_TYPE)
		model_die("bad header");
	length = header.length - sizeof(header);
	rq->data = malloc(length);
	if (!rq->data || read(fd, rq->data, length) != (ssize_t)length)
		model_die("bad payload");
	for (size_t at = 0; at < length;) {
		struct attribute a;

		memcpy(&a, rq->data + at, sizeof(a));
		take(rq, a.type, rq->data + at + sizeof(a), a.length - sizeof(a));
		at += (a.length + 3u) & ~3u;
	}
}

void model_write_oom(const struct model_request *rq)
{
	int fd;

	if (!rq->oom)
		return;
	model_say(MODEL_DEBUG, "own oom_score_adj becomes %s", rq->oom);
	fd = open("/proc/self/oom_score_adj", O_RDWR);
	if (fd < 0 || write(fd, rq->oom, rq->oom_length) < 0)
		model_die("oom_score_adj");
	close(fd);
}
