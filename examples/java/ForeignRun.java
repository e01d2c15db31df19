// SPDX-License-Identifier: Apache-2.0
//
// Run commands inside containers from Java 22 or later, with java.lang.foreign: nothing to
// build, and no C.  For an older Java see JniRun.java.
//
//	java --enable-native-access=ALL-UNNAMED ForeignRun.java PID... -- COMMAND [ARG]...

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

public class ForeignRun {
	/** The command was not run: step, errno and subject say why, hint what may help. */
	static class NsexecException extends Exception {
		final String step, subject, hint;
		final int errno;

		NsexecException(String text, String step, int errno, String subject, String hint) {
			super(text);
			this.step = step;
			this.errno = errno;
			this.subject = subject;
			this.hint = hint;
		}
	}

	/** How it ended, as a shell has it, and what it printed.  In time, or killed? */
	record Result(int status, boolean timedOut, byte[] out, byte[] err) {}

	static final StructLayout ERROR = MemoryLayout.structLayout(
		text("step", 16), JAVA_INT.withName("err"), JAVA_INT.withName("reserved"),
		text("subject", 184), text("hint", 256));

	// Structs that are handed in begin with their size, and may end anywhere: what comes
	// behind the members that are used here is as if it were zero.
	static final StructLayout OPTIONS = MemoryLayout.structLayout(
		JAVA_LONG.withName("size"), ADDRESS.withName("words"));

	static final StructLayout PROGRAM = MemoryLayout.structLayout(
		JAVA_LONG.withName("size"), ADDRESS.withName("argv"), ADDRESS.withName("envp"));

	static final StructLayout IO = MemoryLayout.structLayout(
		JAVA_LONG.withName("size"),
		ADDRESS.withName("in"), JAVA_LONG.withName("in_bytes"),
		JAVA_INT.withName("timeout_ms"), MemoryLayout.paddingLayout(4),
		JAVA_LONG.withName("out_bytes_max"),
		JAVA_INT.withName("status"), JAVA_INT.withName("timed_out"),
		JAVA_INT.withName("truncated"), MemoryLayout.paddingLayout(4),
		ADDRESS.withName("out"), JAVA_LONG.withName("out_bytes"),
		ADDRESS.withName("err"), JAVA_LONG.withName("err_bytes"));

	private static final SymbolLookup LIBRARY =
		SymbolLookup.libraryLookup("libnsexec.so.0", Arena.global());
	private static final MethodHandle RUN = function("nsexec_run",
		FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
	private static final MethodHandle IO_FREE = function("nsexec_io_free",
		FunctionDescriptor.ofVoid(ADDRESS));
	private static final MethodHandle ERROR_TEXT = function("nsexec_error_text",
		FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));

	private static MemoryLayout text(String name, int bytes) {
		return MemoryLayout.sequenceLayout(bytes, JAVA_BYTE).withName(name);
	}

	private static MethodHandle function(String name, FunctionDescriptor type) {
		return Linker.nativeLinker().downcallHandle(LIBRARY.find(name).orElseThrow(), type);
	}

	private static long at(StructLayout struct, String member) {
		return struct.byteOffset(groupElement(member));
	}

	/** A struct of zeros with its size, and in its second member a list of strings. */
	private static MemorySegment withStrings(Arena arena, StructLayout struct, String member,
						 List<String> strings) {
		MemorySegment list = arena.allocate(ADDRESS, strings.size() + 1);
		for (int i = 0; i < strings.size(); i++)
			list.setAtIndex(ADDRESS, i, arena.allocateFrom(strings.get(i)));
		MemorySegment s = arena.allocate(struct);
		s.set(JAVA_LONG, 0, struct.byteSize());
		s.set(ADDRESS, at(struct, member), list);
		return s;
	}

	private static byte[] bytes(MemorySegment io, String member) {
		long n = io.get(JAVA_LONG, at(IO, member + "_bytes"));
		return io.get(ADDRESS, at(IO, member)).reinterpret(n).toArray(JAVA_BYTE);
	}

	private static NsexecException failure(Arena arena, MemorySegment e) throws Throwable {
		MemorySegment text = arena.allocate(512);
		long ignored = (long) ERROR_TEXT.invokeExact(e, text, text.byteSize());
		return new NsexecException(text.getString(0), e.getString(at(ERROR, "step")),
					   e.get(JAVA_INT, at(ERROR, "err")),
					   e.getString(at(ERROR, "subject")),
					   e.getString(at(ERROR, "hint")));
	}

	/** Options are those of nsexec(1).  Any thread may call this. */
	static Result run(List<String> options, List<String> argv, int timeoutMillis)
		throws NsexecException {
		try (Arena arena = Arena.ofConfined()) {
			MemorySegment how = withStrings(arena, OPTIONS, "words", options);
			MemorySegment program = withStrings(arena, PROGRAM, "argv", argv);
			MemorySegment io = arena.allocate(IO);
			MemorySegment e = arena.allocate(ERROR);
			io.set(JAVA_LONG, 0, IO.byteSize());
			io.set(JAVA_INT, at(IO, "timeout_ms"), timeoutMillis);
			if ((int) RUN.invokeExact(how, program, io, e) != 0)
				throw failure(arena, e);
			int status = io.get(JAVA_INT, at(IO, "status")), signal = status & 0x7f;
			Result result = new Result(signal != 0 ? 128 + signal : status >> 8,
						   io.get(JAVA_INT, at(IO, "timed_out")) != 0,
						   bytes(io, "out"), bytes(io, "err"));
			IO_FREE.invokeExact(io);
			return result;
		} catch (NsexecException | RuntimeException | Error e) {
			throw e;
		} catch (Throwable e) {
			throw new IllegalStateException(e); // invokeExact may throw anything
		}
	}

	private static void report(String pid, NsexecException e) {
		System.err.printf("%s: %s%n", pid, e.getMessage());
		System.err.printf("%s: step %s, errno %d, %s%n", pid, e.step, e.errno, e.subject);
		if (!e.hint.isEmpty())
			System.err.printf("%s: %s%n", pid, e.hint);
	}

	private static void report(String pid, Result r) {
		String out = new String(r.out, StandardCharsets.UTF_8)
			+ new String(r.err, StandardCharsets.UTF_8);
		System.out.printf("%s: status %d%s: %s%n", pid, r.status,
				  r.timedOut ? ", killed: too late" : "", out.trim());
	}

	public static void main(String[] args) throws InterruptedException {
		List<String> words = Arrays.asList(args);
		int end = words.indexOf("--");
		if (end < 0) {
			System.err.println("usage: ForeignRun PID... -- COMMAND [ARG]...");
			System.exit(2);
		}
		List<String> command = words.subList(end + 1, words.size());
		List<Future<Result>> answers = new ArrayList<>();
		boolean failed = false;
		try (var pool = Executors.newFixedThreadPool(8)) {
			for (String pid : words.subList(0, end))
				answers.add(pool.submit(
					() -> run(List.of("-t", pid, "--all"), command, 10_000)));
			for (int i = 0; i < end; i++) {
				try {
					report(words.get(i), answers.get(i).get());
				} catch (ExecutionException e) {
					failed = true;
					if (!(e.getCause() instanceof NsexecException n))
						throw new IllegalStateException(e.getCause());
					report(words.get(i), n);
				}
			}
		}
		System.exit(failed ? 1 : 0);
	}
}
