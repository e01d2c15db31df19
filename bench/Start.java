// SPDX-License-Identifier: Apache-2.0
/** A JVM that does nothing but start. */
public class Start {
	public static void main(String[] words) {
	}
}
