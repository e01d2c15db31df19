// SPDX-License-Identifier: Apache-2.0
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sun.misc.Signal;

/** Java with threads of its own, those of the virtual machine, and a garbage collection.
 *  See report.h for what it prints. */
public final class Threads {
	private static final int THREADS = 4;
	private static final String[] KINDS = {
		"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts",
	};

	private static List<String> list(String directory) {
		try (Stream<Path> entries = Files.list(Path.of(directory))) {
			return entries.map(entry -> entry.getFileName().toString())
				.collect(Collectors.toCollection(ArrayList::new));
		} catch (IOException | RuntimeException absent) {
			return new ArrayList<>();
		}
	}

	private static String link(String path) {
		try {
			return Files.readSymbolicLink(Path.of(path)).toString();
		} catch (IOException absent) {
			return null;
		}
	}

	private static void report() throws IOException {
		List<String> tasks = list("/proc/self/task");

		// The virtual machine ends threads of its own when it likes.
		tasks.removeIf(task -> link("/proc/self/task/" + task + "/ns/pid") == null);
		for (String task : tasks)
			for (String kind : KINDS) {
				String link = link("/proc/self/task/" + task + "/ns/" + kind);
				if (link != null)
					System.out.println("ns " + task + " " + kind + " "
						+ link.replaceAll(".*\\[|\\]", ""));
			}
		System.out.println(tasks.isEmpty() ? "noproc" : "threads " + tasks.size());
		System.out.println("pid " + ProcessHandle.current().pid());
		if (!tasks.isEmpty())
			for (String line : Files.readAllLines(Path.of("/proc/self/status")))
				if (line.startsWith("Uid:"))
					System.out.println("uid " + line.split("\t")[1]);
		for (Map.Entry<String, String> e : System.getenv().entrySet())
			if (e.getKey().startsWith("NSEXEC") || e.getKey().equals("LD_PRELOAD"))
				System.out.println("env " + e.getKey() + "=" + e.getValue());
		System.out.println("hostname "
			+ Files.readString(Path.of("/proc/sys/kernel/hostname")).trim());
		if (!tasks.isEmpty())
			System.out.println("fds " + list("/proc/self/fd").stream()
				.filter(fd -> Files.exists(Path.of("/proc/self/fd/" + fd),
					LinkOption.NOFOLLOW_LINKS))
				.collect(Collectors.joining(" ")));
		System.out.println("done");
	}

	private static int child() throws IOException, InterruptedException {
		Process child = new ProcessBuilder("sh", "-c", "env; readlink /proc/self/ns/net")
			.redirectError(ProcessBuilder.Redirect.INHERIT).start();
		try (BufferedReader lines =
				new BufferedReader(new InputStreamReader(child.getInputStream()))) {
			lines.lines().forEach(line -> System.out.println("child " + line));
		}
		return child.waitFor();
	}

	public static void main(String[] args) throws Exception {
		CountDownLatch everyoneLives = new CountDownLatch(THREADS);
		String what = args.length > 0 ? args[0] : "";

		Signal.handle(new Signal("TERM"), signal -> {
			System.out.println("got TERM");
			Runtime.getRuntime().halt(43);
		});
		Signal.handle(new Signal("USR1"), signal -> System.out.println("got USR1"));
		for (int i = 0; i < THREADS; i++) {
			Thread thread = new Thread(() -> {
				everyoneLives.countDown();
				try {
					Thread.sleep(Long.MAX_VALUE);
				} catch (InterruptedException end) {
					Thread.currentThread().interrupt();
				}
			});
			thread.setDaemon(true);
			thread.start();
		}
		everyoneLives.await();
		System.gc();
		report();
		if (what.equals("exit"))
			System.exit(Integer.parseInt(args[1]));
		if (what.equals("child"))
			System.exit(child());
		if (what.equals("sleep")) {
			System.out.println("ready");
			Thread.sleep(Long.MAX_VALUE);
		}
	}
}
