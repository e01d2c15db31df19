/* SPDX-License-Identifier: Apache-2.0 */
/* The launcher is a program, but no file that could be missing or be another. */
	.section .rodata
	.hidden nsx_image
	.hidden nsx_image_bytes
	.globl nsx_image
	.globl nsx_image_bytes
	.balign 16
nsx_image:
	.incbin "lib/launcher"
end:
	.balign 8
nsx_image_bytes:
	.quad end - nsx_image
	.section .note.GNU-stack, "", %progbits
