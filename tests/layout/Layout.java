// SPDX-License-Identifier: Apache-2.0

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.StructLayout;

/** As layout.c, of what examples/java/ForeignRun.java declares. */
class Layout {
	private static void show(String name, StructLayout struct) {
		for (MemoryLayout member : struct.memberLayouts()) {
			if (member instanceof PaddingLayout)
				continue;
			String field = member.name().orElseThrow();
			System.out.println(name + "." + field + " "
				+ struct.byteOffset(PathElement.groupElement(field)) + " "
				+ member.byteSize());
		}
	}

	public static void main(String[] args) {
		show("error", ForeignRun.ERROR);
		show("options", ForeignRun.OPTIONS);
		show("program", ForeignRun.PROGRAM);
		show("io", ForeignRun.IO);
		System.out.println("error " + ForeignRun.ERROR.byteSize());
	}
}
