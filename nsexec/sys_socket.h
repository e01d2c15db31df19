/* SPDX-License-Identifier: Apache-2.0 */
/* System calls about sockets and their messages.  The contract is that of sys.h. */
#ifndef NSX_SYS_SOCKET_H
#define NSX_SYS_SOCKET_H

#include "sys.h"

static inline int nsx_sys_socketpair(int type, int fds[2])
{
	enum { AF_UNIX_NUMBER = 1 };

	return (int)nsx_syscall4(__NR_socketpair, AF_UNIX_NUMBER, type, 0, fds);
}

/* A socket of no protocol, to ask network devices through. */
static inline int nsx_sys_socket_unix(void)
{
	enum { AF_UNIX_NUMBER = 1, DGRAM_CLOEXEC = 2 | 02000000 };

	return (int)nsx_syscall3(__NR_socket, AF_UNIX_NUMBER, DGRAM_CLOEXEC, 0);
}

/* From now on what arrives on a Unix socket tells who has sent it. */
static inline int nsx_sys_pass_sender(int fd)
{
	enum { SOL_SOCKET_NUMBER = 1, SO_PASSCRED_NUMBER = 16 };
	const int32_t on = 1;

	return (int)nsx_syscall5(__NR_setsockopt, fd, SOL_SOCKET_NUMBER, SO_PASSCRED_NUMBER, &on,
				 sizeof(on));
}

/* struct msghdr and what follows it, as the kernel has them on 64-bit machines. */
struct nsx_receipt {
	uint64_t size;
	int32_t level, type;
	int32_t pid; /* struct ucred, of type 2 */
	uint32_t uid, gid;
	uint32_t pad;
};

/* @pid: the sender, as we see it; untouched if the socket does not tell. */
static inline long nsx_sys_receive(int fd, void *buf, size_t size, int *pid)
{
	enum { CREDENTIALS = 2 };
	struct nsx_receipt receipt = { 0 };
	const struct {
		void *at;
		size_t size;
	} piece = { buf, size };
	const struct {
		void *name;
		uint64_t name_size;
		const void *pieces;
		size_t n_pieces;
		struct nsx_receipt *receipt;
		size_t receipt_size;
		int64_t flags;
	} header = { NULL, 0, &piece, 1, &receipt, sizeof(receipt), 0 };
	long rc;

	do
		rc = nsx_syscall3(__NR_recvmsg, fd, &header, 0);
	while (rc == -EINTR);
	if (rc > 0 && receipt.size && receipt.type == CREDENTIALS)
		*pid = receipt.pid;
	return rc;
}

/* struct msghdr of one piece with one descriptor beside it, as both sides need it. */
struct nsx_parcel {
	struct {
		const void *at;
		size_t size;
	} piece;
	struct {
		uint64_t size;
		int32_t level, type; /* SOL_SOCKET, SCM_RIGHTS */
		int32_t fd;
		uint32_t pad;
	} beside;
	struct {
		void *name;
		uint64_t name_size;
		const void *pieces;
		size_t n_pieces;
		void *beside;
		size_t beside_size;
		int64_t flags;
	} header;
};

static inline void nsx_sys_pack(struct nsx_parcel *p, const void *buf, size_t size, int fd)
{
	enum { SOL_SOCKET_NUMBER = 1, SCM_RIGHTS_NUMBER = 1 };
	const size_t used = sizeof(p->beside) - sizeof(p->beside.pad);

	p->piece.at = buf;
	p->piece.size = size;
	p->beside.size = used;
	p->beside.level = SOL_SOCKET_NUMBER;
	p->beside.type = SCM_RIGHTS_NUMBER;
	p->beside.fd = fd;
	p->beside.pad = 0;
	p->header.name = NULL;
	p->header.name_size = 0;
	p->header.pieces = &p->piece;
	p->header.n_pieces = 1;
	p->header.beside = fd >= 0 ? &p->beside : NULL;
	p->header.beside_size = fd >= 0 ? sizeof(p->beside) : 0;
	p->header.flags = 0;
}

/* @fd: goes along, unless it is negative */
static inline long nsx_sys_send_fd(int socket, const void *buf, size_t size, int fd)
{
	enum { MSG_NOSIGNAL_FLAG = 0x4000 };
	struct nsx_parcel p;
	long rc;

	nsx_sys_pack(&p, buf, size, fd);
	do
		rc = nsx_syscall3(__NR_sendmsg, socket, &p.header, MSG_NOSIGNAL_FLAG);
	while (rc == -EINTR);
	return rc;
}

/* @fd: what came along, O_CLOEXEC; else negative */
static inline long nsx_sys_receive_fd(int socket, void *buf, size_t size, int *fd)
{
	enum { MSG_CMSG_CLOEXEC_FLAG = 0x40000000 };
	struct nsx_parcel p;
	long rc;

	nsx_sys_pack(&p, buf, size, 0); /* room for one */
	p.beside.fd = -1;
	do
		rc = nsx_syscall3(__NR_recvmsg, socket, &p.header, MSG_CMSG_CLOEXEC_FLAG);
	while (rc == -EINTR);
	*fd = rc > 0 && p.header.beside_size ? p.beside.fd : -1;
	return rc;
}

/* A peer that is gone is -EPIPE, never a SIGPIPE. */
static inline long nsx_sys_send(int fd, const void *buf, size_t size)
{
	enum { MSG_NOSIGNAL_FLAG = 0x4000 };
	long rc;

	do
		rc = nsx_syscall6(__NR_sendto, fd, (long)buf, (long)size, MSG_NOSIGNAL_FLAG, 0, 0);
	while (rc == -EINTR);
	return rc;
}

#endif
