// SPDX-License-Identifier: Apache-2.0
// Where am I?  As a JVM sees it; knows nothing of nsexec.
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;

public class Where {
    public static void main(String[] args) throws Exception {
        CountDownLatch looked = new CountDownLatch(1);
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                try {
                    looked.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
        System.gc();
        int threads = 0;
        Set<Path> networks = new TreeSet<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : (Iterable<Path>) tasks::iterator) {
                threads++;
                networks.add(Files.readSymbolicLink(task.resolve("ns/net")));
            }
        }
        String interfaces = NetworkInterface.networkInterfaces()
            .map(NetworkInterface::getName).sorted().collect(Collectors.joining(","));
        String hostname = Files.readString(Path.of("/proc/sys/kernel/hostname")).trim();
        System.out.println(ProcessHandle.current().pid() + " " + hostname + " " + interfaces
            + " " + threads + "/" + networks.size());
        looked.countDown();
        if (args.length > 0) {
            Thread.sleep(600_000); // for others to look at
        }
    }
}
