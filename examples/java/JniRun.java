// SPDX-License-Identifier: Apache-2.0
//
// Run commands inside containers from any Java, through nsexec_jni.c.
//
//	java -Djava.library.path=. JniRun PID... -- COMMAND [ARG]...

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

public class JniRun {
	/** The command was not run: step, errno and subject say why, hint what may help. */
	static class NsexecException extends Exception {
		final String step, subject, hint;
		final int errno;

		NsexecException(byte[] text, byte[] step, int errno, byte[] subject, byte[] hint) {
			super(new String(text, StandardCharsets.UTF_8));
			this.step = new String(step, StandardCharsets.UTF_8);
			this.errno = errno;
			this.subject = new String(subject, StandardCharsets.UTF_8);
			this.hint = new String(hint, StandardCharsets.UTF_8);
		}
	}

	/** How it ended, as a shell has it, and what it printed.  In time, or killed? */
	static class Result {
		final int status;
		final boolean timedOut;
		final byte[] out, err;

		Result(int status, boolean timedOut, byte[] out, byte[] err) {
			this.status = status;
			this.timedOut = timedOut;
			this.out = out;
			this.err = err;
		}
	}

	static {
		System.loadLibrary("nsexec_jni");
	}

	// Strings go down as bytes, each list as one array: what JNI calls UTF-8 is not.
	private static native Result run(byte[][] options, byte[][] argv, int timeoutMillis)
		throws NsexecException;

	/** Options are those of nsexec(1).  Any thread may call this. */
	static Result run(List<String> options, List<String> argv, int timeoutMillis)
		throws NsexecException {
		return run(strings(options), strings(argv), timeoutMillis);
	}

	private static byte[][] strings(List<String> list) {
		return list.stream().map(s -> (s + "\0").getBytes(StandardCharsets.UTF_8))
			.toArray(byte[][]::new);
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
			System.err.println("usage: JniRun PID... -- COMMAND [ARG]...");
			System.exit(2);
		}
		List<String> command = words.subList(end + 1, words.size());
		ExecutorService pool = Executors.newFixedThreadPool(8);
		List<Future<Result>> answers = new ArrayList<>();
		boolean failed = false;
		for (String pid : words.subList(0, end))
			answers.add(pool.submit(
				() -> run(Arrays.asList("-t", pid, "--all"), command, 10_000)));
		for (int i = 0; i < end; i++) {
			try {
				report(words.get(i), answers.get(i).get());
			} catch (ExecutionException e) {
				failed = true;
				if (!(e.getCause() instanceof NsexecException))
					throw new IllegalStateException(e.getCause());
				report(words.get(i), (NsexecException) e.getCause());
			}
		}
		pool.shutdown();
		System.exit(failed ? 1 : 0);
	}
}
