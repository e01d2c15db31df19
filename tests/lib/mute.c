/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file system that never answers, so that whoever asks it for a file cannot even be killed:
 *
 *	mute DIRECTORY
 *
 * Says "up" when it is there, in the mount namespace of this process; when that ends, all who
 * wait for it go on.
 */
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

static char question[1 << 18]; /* as much as the kernel wants to be able to ask */

int main(int argc, char **argv)
{
	const struct fuse_in_header *head = (const struct fuse_in_header *)question;
	struct {
		struct fuse_out_header head;
		struct fuse_init_out init;
	} answer = { .head = { .len = sizeof(answer) },
		     .init = { .major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096 } };
	const int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[96];

	(void)snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (argc != 2 || fd < 0 || mount("mute", argv[1], "fuse", 0, options) < 0 ||
	    read(fd, question, sizeof(question)) < 0) {
		printf("no: %m\n");
		return 1;
	}
	answer.head.unique = head->unique;
	if (write(fd, &answer, sizeof(answer)) != sizeof(answer)) {
		printf("no: %m\n");
		return 1;
	}
	printf("up\n");
	(void)fflush(stdout);
	while (read(fd, question, sizeof(question)) >= 0) /* so that each is in our hands */
		;
	return 0;
}
