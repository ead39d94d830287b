package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.Process;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Many processes that are closed at once are stopped by few sweeps through the sandbox. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ManyClosesTest {
  private static final int THREADS = 32;

  private final AtomicInteger starts = new AtomicInteger();

  /** Counts the commands that are started. A sweep is one. */
  private OkHttpClient counting() {
    return new OkHttpClient.Builder()
        .addNetworkInterceptor(
            chain -> {
              if (isStart(chain.request())) {
                starts.incrementAndGet();
              }
              return chain.proceed(chain.request());
            })
        .build();
  }

  private static boolean isStart(Request request) {
    String path = request.url().encodedPath();
    return request.method().equals("POST")
        && (path.endsWith("/process") || path.endsWith("/process.Process/Start"));
  }

  @Test
  void onE2b() throws Exception {
    try (LocalSandboxes local = LocalSandboxes.start();
        E2bClient client =
            E2bClient.builder()
                .environment(local.e2bEnvironment())
                .httpClient(counting())
                .build()) {
      assertFewSweeps(client, 100);
    }
  }

  @Test
  void onBlaxel() throws Exception {
    try (LocalSandboxes local = LocalSandboxes.start();
        BlaxelClient client =
            BlaxelClient.builder()
                .environment(local.blaxelEnvironment())
                .httpClient(counting())
                .build()) {
      assertFewSweeps(client, 64); // each has a wrapper of several processes around it
    }
  }

  private void assertFewSweeps(SandboxClient client, int count) throws Exception {
    try (Sandbox sandbox = client.create(SandboxSpec.standard())) {
      Command sleeper = Command.of("sleep", "1000");
      List<Process> processes =
          onAllThreads(Collections.nCopies(count, () -> sandbox.processes().start(sleeper)));
      assertThat(starts.getAndSet(0)).as("starts").isGreaterThanOrEqualTo(count);

      List<Callable<Process>> closes = new ArrayList<>();
      processes.forEach(process -> closes.add(Executors.callable(process::close, process)));
      onAllThreads(closes);

      assertThat(starts.get()).as("sweeps").isBetween(1, count / 2);
      assertThat(sandbox.processes().list()).isEmpty();
    }
  }

  private static <T> List<T> onAllThreads(List<? extends Callable<T>> tasks) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> each : threads.invokeAll(tasks)) {
        results.add(each.get());
      }
      return results;
    } finally {
      threads.shutdown();
    }
  }
}
