/* SPDX-License-Identifier: Apache-2.0 */
/* Answer: tell whoever has started the host that the constructor has it. */
#ifndef NSX_ANSWER_H
#define NSX_ANSWER_H

/**
 * nsx_answer() - say who we are, on the descriptor that was named, and close it
 * @value: of NSEXEC_ANSWER, "FD:NONCE"
 *
 * Whoever listens holds the host until then, and lets it do nothing else; so this comes
 * before any other system call, and there is nobody to tell of a failure.
 */
void nsx_answer(const char *value);

#endif
