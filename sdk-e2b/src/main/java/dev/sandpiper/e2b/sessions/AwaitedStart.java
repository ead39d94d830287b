package dev.sandpiper.e2b.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts processes whose callers may give up while the request is in flight. This API cannot look
 * up a process, so only the response identifies the one that was started: it is awaited even then,
 * within the client's response limit, and then the process is stopped.
 */
record AwaitedStart(SessionCalls calls, BackgroundThreads threads) {
  private static final Logger log = LoggerFactory.getLogger(AwaitedStart.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(9);

  /** Blocks until the process has started. The request is sent once. */
  ProcessState start(String name, JsonNode command, CallScope scope) {
    CompletableFuture<ProcessState> answer =
        CompletableFuture.supplyAsync(
            () -> calls.start(name, command, scope.apart()), threads.promptly());
    try {
      return scope.await(answer, Failure.of("start", name, ""));
    } catch (SandboxException e) {
      CompletableFuture<Void> unused =
          answer.thenAcceptAsync(late -> stop(name, late, scope), threads.promptly());
      throw e;
    }
  }

  private void stop(String name, ProcessState late, CallScope scope) {
    try {
      calls.stop(name, late.id(), scope.apart().within(STOP_LIMIT));
    } catch (SandboxException e) {
      log.warn(
          "{} started after its start was cancelled, and is still running: {}",
          name,
          e.getMessage());
    }
  }
}
