/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must not be done in the memory of the host is done by a small program of ours, which
 * is executed first.  It is the command's engine, told by the very words of the request.
 */
#include "call.h"

#include <errno.h>

#include "files.h"
#include "image.h"
#include "sealed.h"
#include "sys.h"
#include "sys_fd.h"
#include "text.h"

enum { AT_EMPTY_PATH_BIT = 0x1000 };

static int fail(int rc, const char *what, struct nsx_error *e)
{
	return nsx_fail(e, NSX_STEP_LAUNCH, -rc, what, NULL);
}

/* Return: 0 or -errno. */
static int write_image(int fd)
{
	uint64_t done = 0;

	while (done < nsx_image_bytes) {
		long n = nsx_sys_write(fd, nsx_image + done, nsx_image_bytes - done);

		if (n <= 0)
			return n ? (int)n : -EIO;
		done += (uint64_t)n;
	}
	nsx_sealed_close(fd);
	return 0;
}

static int make_image(struct nsx_call *c, struct nsx_error *e)
{
	int rc = nsx_sealed_open("nsexec");

	if (rc >= 0) {
		c->image = rc;
		rc = write_image(c->image);
	}
	return rc < 0 ? fail(rc, "file of the launcher in memory", e) : 0;
}

int nsx_launch_prepare(struct nsx_call *c, struct nsx_error *e)
{
	const int rc = nsx_fd_channel(c->channel);

	if (rc < 0)
		return nsx_fail(e, NSX_STEP_FORK, -rc, "channel to the launcher", NULL);
	return c->lent_image ? 0 : make_image(c, e);
}

void nsx_launch_lend(struct nsx_call *c)
{
	struct nsx_error ignored = { 0 }; /* each program tries it again, and says so */

	if (make_image(c, &ignored) < 0 || !nsx_sealed_is(c->image))
		nsx_fd_close(&c->image);
}

/* "nsexec 7,9 PATH=... WORD... -- PROGRAM ARG...": channel, and target if there is one. */
static char **make_argv(struct nsx_call *c, int channel, int target)
{
	static const char name[] = "nsexec", end[] = "--";
	const struct nsx_words *words = &c->how->words;
	char **argv = c->argv - nsx_call_slots(c->how);
	struct nsx_text t = nsx_text_on(c->numbers, sizeof(c->numbers));

	nsx_text_i64(&t, channel);
	nsx_text_str(&t, ",");
	nsx_text_i64(&t, target);
	argv[0] = (char *)(uintptr_t)name; /* execve(2) only reads */
	argv[1] = c->numbers;
	argv[2] = c->path;
	for (size_t i = 0; i < words->n; i++)
		argv[3 + i] = words->word[i];
	argv[3 + words->n] = (char *)(uintptr_t)end;
	return argv;
}

int nsx_launch(struct nsx_call *c, struct nsx_error *e)
{
	const struct nsexec_program *p = c->program;
	const int pidfd = c->in->target.pidfd;
	const int channel = nsx_files_apart(p, c->channel[1]);
	const int target = pidfd == NSX_NOFD ? NSX_NOFD : nsx_files_apart(p, pidfd);
	const int image = nsx_files_apart(p, c->lent_image ? *c->lent_image : c->image);
	char **argv;

	if (channel < 0)
		return fail(channel, "channel to the launcher", e);
	if (image < 0)
		return fail(image, "file of the launcher in memory", e);
	if (target < 0 && target != NSX_NOFD)
		return fail(target, "descriptor of the target", e);
	argv = make_argv(c, channel, target);
	if (nsx_start(c, e) < 0)
		return -1;
	(void)nsx_sys_fcntl(channel, F_SETFD, 0); /* it is open */
	if (target != NSX_NOFD)
		(void)nsx_sys_fcntl(target, F_SETFD, 0); /* likewise */
	return fail((int)nsx_syscall5(__NR_execveat, image, "", argv, c->envp, AT_EMPTY_PATH_BIT),
		    "launcher", e);
}
