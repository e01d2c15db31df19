/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object that says it is ours, by the note NOTE which was taken from that; in truth its
 * constructor does what the variable FORGED says.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

__asm__(".section .note.nsexec,\"a\",%note\n"
	".balign 4\n"
	".incbin \"" NOTE "\"\n"
	".previous\n");

__attribute__((constructor)) static void work(void)
{
	const char *what = getenv("FORGED");

	if (what && strncmp(what, "touch=", 6) == 0)
		close(open(what + 6, O_CREAT | O_WRONLY, 0600));
	if (what && strcmp(what, "answer") == 0) {
		struct {
			uint64_t nonce;
			char identity[64];
		} answer = { 0, "another version" };
		const char *value = getenv("NSEXEC_ANSWER");

		if (!value || !strchr(value, ':'))
			return;
		answer.nonce = strtoull(strchr(value, ':') + 1, NULL, 10);
		send(atoi(value), &answer, sizeof(answer), 0);
	}
}
