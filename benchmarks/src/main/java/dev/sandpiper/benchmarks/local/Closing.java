package dev.sandpiper.benchmarks.local;

import dev.sandpiper.Command;
import dev.sandpiper.Process;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.testkit.LocalSandboxes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Closes many processes that would sleep for long, on 32 threads.
 *
 * <p>Argument: how many.
 */
public final class Closing {
  private static final int THREADS = 32;

  private Closing() {}

  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[0]);
    try (LocalSandboxes local = LocalSandboxes.start()) {
      System.out.println(
          measured("e2b", local.e2bClient(), count)
              + " "
              + measured("blaxel", local.blaxelClient(), count));
    }
  }

  private static String measured(String platform, SandboxClient client, int count)
      throws Exception {
    try (client;
        Sandbox sandbox = client.create(SandboxSpec.standard())) {
      List<Callable<Long>> closing = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Process sleeper = sandbox.start(Command.of("sleep", "1000"));
        closing.add(() -> Samples.of(sleeper::close));
      }
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      long began = System.nanoTime();
      long longest = 0;
      for (Future<Long> closed : threads.invokeAll(closing)) {
        longest = Math.max(longest, closed.get());
      }
      double all = (System.nanoTime() - began) / 1e9;
      threads.shutdown();
      return String.format(
          Locale.ROOT, "%1$s=%2$.4f %1$s-longest=%3$.4f", platform, all, longest / 1e9);
    }
  }
}
