/* SPDX-License-Identifier: Apache-2.0 */
/* Another preload: an object without needs and without effect. */
static int nothing;

__attribute__((constructor)) static void start(void)
{
	*(volatile int *)&nothing = 1;
}
