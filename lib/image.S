/* SPDX-License-Identifier: Apache-2.0 */
/* The launcher is a program, but no file that could be missing or be another. */
	.section .rodata
	.hidden nsx_image
	.hidden nsx_image_end
	.globl nsx_image
	.globl nsx_image_end
	.balign 16
nsx_image:
	.incbin "lib/launcher"
nsx_image_end:
	.byte 0
	.section .note.GNU-stack, "", %progbits
