/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include "sys_socket.h"
#include "unit.h"

/* As the init does it: killed by @sig, the program, while a signal of ours was on its way. */
static void an_init_that_has_not_read_our_signal_is_heard(void)
{
	const int32_t killed = SIGTERM, unread = 0;
	int pair[2];
	struct nsx_program p = { .pid = INT32_MAX };

	check_int(nsx_fd_channel(pair), 0);
	p.channel = pair[0];
	check_int(nsx_sys_send(pair[0], &unread, sizeof(unread)), sizeof(unread));
	check_int(nsx_sys_send(pair[1], &killed, sizeof(killed)), sizeof(killed));
	nsx_fd_close(&pair[1]);
	check_int(nsx_program_look(&p), 0);
	check_int(p.ended, true);
	check_int(p.status, SIGTERM);
	nsx_fd_close(&p.channel);
}

static void an_init_that_ends_without_a_word_is_no_end(void)
{
	int pair[2];
	struct nsx_program p = { .pid = INT32_MAX };

	check_int(nsx_fd_channel(pair), 0);
	p.channel = pair[0];
	nsx_fd_close(&pair[1]);
	check_int(nsx_program_look(&p), 0);
	check_int(p.ended, false);
	check_int(p.channel, NSX_NOFD);
}

int main(void)
{
	unit("an init that has not read our signal is heard",
	     an_init_that_has_not_read_our_signal_is_heard);
	unit("an init that ends without a word is no end",
	     an_init_that_ends_without_a_word_is_no_end);
	return unit_end();
}
