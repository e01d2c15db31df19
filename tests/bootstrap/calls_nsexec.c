/* SPDX-License-Identifier: Apache-2.0 */
/* What a container runtime adds to its program, beside the library itself. */
void nsexec(void);

__attribute__((constructor)) static void before_main(void)
{
	nsexec();
}
