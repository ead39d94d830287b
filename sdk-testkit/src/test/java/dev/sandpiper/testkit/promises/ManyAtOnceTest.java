package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.testkit.e2b.E2bServer;
import dev.sandpiper.testkit.e2b.sandbox.ServerOptions;
import dev.sandpiper.testkit.http.Listening;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands that are started at once on HTTP/2: each runs, and runs once. */
class ManyAtOnceTest {
  private static final int STARTS = Boolean.getBoolean("sandpiper.exhaustive") ? 300 : 120;

  @ParameterizedTest
  @CsvSource({"1, COLD", "1, WARM", "10, COLD", "10, WARM", "100, COLD", "100, WARM"})
  void eachCommandRunsOnce(int streamLimit, Pool pool) throws Exception {
    ConnectionPool connections = new ConnectionPool(STARTS, 1, TimeUnit.MINUTES);
    try (E2bServer server =
            E2bServer.start(
                ServerOptions.of(Set.of("base")),
                Listening.inTheClear().withStreamLimit(streamLimit));
        E2bClient starter = E2bClient.builder().environment(server.environment()).build();
        E2bSandbox sandbox = starter.create(SandboxSpec.standard());
        E2bClient client =
            E2bClient.builder()
                .environment(server.environment())
                .httpVersion(HttpVersion.HTTP_2)
                .httpClient(new OkHttpClient.Builder().connectionPool(connections).build())
                .build()) {
      E2bSandbox same = client.connect(sandbox.id());
      if (pool == Pool.WARM) {
        same.exec("true").orThrow();
      }
      List<String> answers = runAll(same);
      assertThat(answers).hasSize(STARTS).doesNotHaveDuplicates();
      assertThat(connections.connectionCount()).isGreaterThan(streamLimit == 100 ? 0 : 2);
      assertThat(sandbox.exec("cat", "runs").orThrow().stdout().text().lines())
          .containsExactlyInAnyOrderElementsOf(answers);
      Leftovers.awaitNone("processes", () -> Leftovers.processesOf(sandbox.id()));
    } finally {
      connections.evictAll();
    }
    Leftovers.awaitNone("threads", Leftovers::threads);
  }

  private static List<String> runAll(E2bSandbox sandbox) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(STARTS);
    try {
      List<Future<String>> all = new ArrayList<>();
      for (int i = 0; i < STARTS; i++) {
        String number = Integer.toString(i);
        all.add(
            threads.submit(
                () -> {
                  go.await();
                  return run(sandbox, number);
                }));
      }
      go.countDown();
      List<String> answers = new ArrayList<>();
      for (Future<String> one : all) {
        answers.add(one.get(60, TimeUnit.SECONDS).strip());
      }
      return answers;
    } finally {
      threads.shutdownNow();
    }
  }

  private static String run(E2bSandbox sandbox, String number) {
    ExecResult result =
        sandbox.processes().exec(Command.shell("echo " + number + " >> runs; echo " + number));
    return result.orThrow().stdout().text();
  }

  enum Pool {
    COLD,
    WARM
  }
}
