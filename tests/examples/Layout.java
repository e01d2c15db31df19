// SPDX-License-Identifier: Apache-2.0

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.StructLayout;

/** As layout.c, of what examples/java/ForeignRun.java declares. */
class Layout {
	private static void show(String name, StructLayout struct, boolean whole) {
		for (MemoryLayout member : struct.memberLayouts()) {
			if (member instanceof PaddingLayout)
				continue;
			String field = member.name().orElseThrow();
			System.out.println(name + "." + field + " "
				+ struct.byteOffset(PathElement.groupElement(field)) + " "
				+ member.byteSize());
		}
		if (whole)
			System.out.println(name + " " + struct.byteSize());
	}

	public static void main(String[] args) {
		show("error", ForeignRun.ERROR, true);
		show("options", ForeignRun.OPTIONS, false);
		show("program", ForeignRun.PROGRAM, false);
		show("io", ForeignRun.IO, true);
	}
}
