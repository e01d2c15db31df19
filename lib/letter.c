/* SPDX-License-Identifier: Apache-2.0 */
#include "letter.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "fd.h"
#include "sys_fd.h"

enum { READABLE = 1 }; /* of poll(2) */

union room {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int))];
};

void nsx_letter_send(int channel, const struct nsx_letter *letter, int fd)
{
	struct iovec piece = { (void *)letter, sizeof(*letter) };
	union room room = { 0 };
	struct msghdr m = { .msg_iov = &piece, .msg_iovlen = 1 };
	ssize_t rc;

	if (fd != NSX_NOFD) {
		m.msg_control = &room;
		m.msg_controllen = CMSG_SPACE(sizeof(fd));
		room.align.cmsg_level = SOL_SOCKET;
		room.align.cmsg_type = SCM_RIGHTS;
		room.align.cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(&room.align), &fd, sizeof(fd));
	}
	do
		rc = sendmsg(channel, &m, MSG_NOSIGNAL);
	while (rc < 0 && errno == EINTR);
}

/* By copies: what is in there need not be aligned for us. */
static void take(const struct cmsghdr *head, const char *data, struct nsx_mail *out)
{
	struct ucred sender;

	if (head->cmsg_level != SOL_SOCKET)
		return;
	if (head->cmsg_type == SCM_RIGHTS) {
		memcpy(&out->fd, data, sizeof(out->fd));
		out->fd = nsx_fd_lift(out->fd);
		out->fd = out->fd < 0 ? NSX_NOFD : out->fd;
	}
	if (head->cmsg_type == SCM_CREDENTIALS) {
		memcpy(&sender, data, sizeof(sender));
		out->sender = sender.pid;
	}
}

/* By hand: CMSG_NXTHDR of some libc does not compile without warnings. */
static void unpack(const struct msghdr *m, struct nsx_mail *out)
{
	const char *const start = m->msg_control;
	size_t at = 0;

	while (at + CMSG_LEN(sizeof(int)) <= m->msg_controllen) {
		struct cmsghdr head;

		memcpy(&head, start + at, sizeof(head));
		if (head.cmsg_len < CMSG_LEN(sizeof(int)))
			return;
		take(&head, start + at + CMSG_LEN(0), out);
		at += CMSG_SPACE(head.cmsg_len - CMSG_LEN(0));
	}
}

static bool read_one(int channel, struct nsx_mail *out)
{
	struct iovec piece = { &out->letter, sizeof(out->letter) };
	union room room = { 0 };
	struct msghdr m = {
		.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = &room,
		.msg_controllen = sizeof(room),
	};
	ssize_t rc;

	do
		rc = recvmsg(channel, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return false;
	unpack(&m, out);
	return rc == sizeof(out->letter);
}

bool nsx_letter_await(int channel, int watch, struct nsx_mail *out)
{
	struct nsx_pollfd poll[] = {
		{ .fd = channel, .events = READABLE },
		{ .fd = watch, .events = READABLE }, /* NSX_NOFD is passed over */
	};

	*out = (struct nsx_mail){ .fd = NSX_NOFD };
	while (nsx_sys_poll(poll, 2, -1) == -EINTR)
		;
	return read_one(channel, out); /* whoever has ended has sent it before */
}
