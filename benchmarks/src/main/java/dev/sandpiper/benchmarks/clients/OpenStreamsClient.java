package dev.sandpiper.benchmarks.clients;

import dev.sandpiper.Command;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.Process;
import dev.sandpiper.Sandbox;
import dev.sandpiper.e2b.E2bClient;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Many processes at once, each with its stream open and read.
 *
 * <p>Arguments: the server; how many streams.
 */
public final class OpenStreamsClient {
  private static final int WARM_UP = 50;

  private OpenStreamsClient() {}

  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[1]);
    E2bClient client =
        E2bClient.builder()
            .apiKey("e2b_" + "0".repeat(40))
            .apiUrl(args[0])
            .sandboxUrl(args[0])
            .httpVersion(HttpVersion.HTTP_2)
            .build();
    Sandbox sandbox = client.connect(Sandboxes.NAME);
    List<Process> open = new ArrayList<>(open(sandbox, WARM_UP));
    long before = residentBytes();
    open.addAll(open(sandbox, count));
    long resident = residentBytes() - before;
    System.out.printf(
        Locale.ROOT,
        "resident=%d threads=%d descriptors=%d streams=%d%n",
        Math.max(0, resident),
        threads(),
        entries("/proc/self/fd"),
        open.size());
    Runtime.getRuntime().halt(0); // the server would be asked to kill each of them
  }

  private static List<Process> open(Sandbox sandbox, int count) throws Exception {
    ExecutorService openers = Executors.newFixedThreadPool(16);
    List<Callable<Process>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) all.add(() -> sandbox.start(Command.of("sleep", "1000")));
    List<Process> open = new ArrayList<>();
    for (Future<Process> each : openers.invokeAll(all)) open.add(each.get());
    openers.shutdown();
    openers.awaitTermination(1, TimeUnit.MINUTES);
    return open;
  }

  /** What the system has given this process, once nothing is garbage. */
  private static long residentBytes() throws IOException, InterruptedException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(200); // until the pages are back with the system
      least = Math.min(least, status("VmRSS") * 1_024);
    }
    return least;
  }

  private static int threads() throws IOException {
    return (int) status("Threads");
  }

  private static long status(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(name + ":")) return Long.parseLong(line.replaceAll("\\D", ""));
    }
    throw new IOException("no " + name + " in /proc/self/status");
  }

  private static int entries(String directory) {
    String[] names = new File(directory).list();
    return names == null ? 0 : names.length;
  }
}
