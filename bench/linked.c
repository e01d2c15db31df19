/* SPDX-License-Identifier: Apache-2.0 */
/* How programs that carry runc's C call it today; whose nsexec() it is, the linker decides. */
void nsexec(void);

__attribute__((constructor)) static void before_main(void)
{
	nsexec();
}
