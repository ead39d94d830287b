package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.Sandbox;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import org.junit.jupiter.api.Test;

/**
 * What a client does on time and leaves in order, whatever the executor does that the caller gave
 * it, on any platform and with real processes.
 */
interface CallersExecutorContract {
  Executor REFUSING =
      task -> {
        throw new RejectedExecutionException("full");
      };

  /** A sandbox of a client with this executor and these connections; the test class closes both. */
  Sandbox sandboxOf(Executor executor, ConnectionPool connections);

  /** The processes of the sandboxes that were opened. */
  Collection<String> processes();

  @Test
  default void aRefusedStartLeavesNoProcessAndNoOpenResponse() {
    ConnectionPool connections = new ConnectionPool();
    Sandbox sandbox = sandboxOf(REFUSING, connections);
    for (Command command :
        List.of(
            Command.of("sleep", "600"),
            Command.of("sleep", "600").timeout(Duration.ofMinutes(5)),
            Command.of("sleep", "600").stdin(Content.of("x")))) {
      assertThatThrownBy(() -> sandbox.processes().start(command))
          .isInstanceOf(CancelledException.class);
      Leftovers.awaitNone("processes", this::processes);
    }
    Leftovers.awaitNone("responses", () -> used(connections));
  }

  @Test
  default void aRefusedExecLeavesNoProcessAndNoOpenResponse() throws Exception {
    ConnectionPool connections = new ConnectionPool();
    Sandbox sandbox = sandboxOf(REFUSING, connections);
    Command fed = Command.of("sleep", "600").stdin(Content.of("x"));
    assertThatThrownBy(() -> sandbox.processes().exec(fed)).isInstanceOf(CancelledException.class);
    assertThat(sandbox.processes().execAsync(Command.of("sleep", "600")))
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withCauseInstanceOf(CancelledException.class);

    assertThat(sandbox.exec("echo", "goes on").stdout().text()).isEqualTo("goes on\n");
    Leftovers.awaitNone("processes", this::processes);
    Leftovers.awaitNone("responses", () -> used(connections));
  }

  @Test
  default void aDeadlineHoldsThoughItsProcessOccupiesTheOnlyThread() {
    ExecutorService single = Executors.newSingleThreadExecutor();
    Sandbox sandbox = sandboxOf(single, new ConnectionPool());
    Command brief = Command.of("sleep", "600").timeout(Duration.ofSeconds(1));
    try (Process process = sandbox.processes().start(brief)) {
      assertThatThrownBy(process::waitFor).isInstanceOf(DeadlineExceededException.class);
    } finally {
      single.shutdownNow();
    }
    Leftovers.awaitNone("processes", this::processes);
  }

  @Test
  default void aDeadlineHoldsThoughAnotherProcessOccupiesTheOnlyThread() {
    ExecutorService single = Executors.newSingleThreadExecutor();
    Sandbox sandbox = sandboxOf(single, new ConnectionPool());
    CountDownLatch occupied = new CountDownLatch(1);
    Command brief = Command.of("sleep", "600").timeout(Duration.ofSeconds(1));
    try (Process other = sandbox.processes().start(Command.of("sleep", "600"));
        Process process = sandbox.processes().start(brief)) {
      single.execute(occupied::countDown);
      assertThatThrownBy(process::waitFor).isInstanceOf(DeadlineExceededException.class);
      assertThat(occupied.getCount()).describedAs("threads that were never free").isEqualTo(1);
      assertThat(other.ref()).isNotEqualTo(process.ref());
    } finally {
      single.shutdownNow();
    }
    Leftovers.awaitNone("processes", this::processes);
  }

  /** The claim comes when the process has already begun to wait for it. */
  @Test
  default void aFastProducerLosesNothingBetweenStartAndEvents() {
    Sandbox sandbox = sandboxOf(Executors.newCachedThreadPool(), new ConnectionPool());
    String script = "i=0; while [ $i -lt 25600 ]; do printf '%063d\\n' $i; i=$((i + 1)); done";
    try (Process process = sandbox.processes().start(Command.shell(script))) {
      LocalE2bTest.await("the claim to be waited for", CallersExecutorContract::somebodyWaits);
      StringBuilder text = new StringBuilder();
      for (ProcessEvent event : process.events()) {
        assertThat(event).isInstanceOfAny(Output.class, Ended.class);
        text.append(event instanceof Output output ? output.text() : "");
      }
      assertThat(text).hasSize(25_600 * 64);
      assertThat(text.toString()).endsWith("25599\n");
    }
  }

  private static boolean somebodyWaits() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(Arrays::stream)
        .anyMatch(frame -> frame.getMethodName().equals("awaitClaim"));
  }

  /** A connection is in use as long as a response on it is open. */
  private static List<String> used(ConnectionPool connections) {
    int used = connections.connectionCount() - connections.idleConnectionCount();
    return used == 0 ? List.of() : List.of(used + " connections");
  }

  @Test
  default void aCallbackThatBlocksHoldsNeitherItsConnectionNorClose() throws Exception {
    ConnectionPool connections = new ConnectionPool();
    Sandbox sandbox = sandboxOf(Executors.newCachedThreadPool(), connections);
    CountDownLatch free = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    try (Process process = sandbox.processes().start(Command.of("true"))) {
      CompletableFuture<Void> callback =
          process
              .onExit()
              .thenRun(
                  () -> {
                    blocked.countDown();
                    awaitUninterrupted(free);
                  });
      assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(callback).isNotDone();
      Leftovers.awaitNone("responses", () -> used(connections));
      assertThat(process.waitFor().isSuccess()).isTrue();
    } finally {
      free.countDown();
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
