package dev.sandpiper.testkit.sessions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.machine.RunningCommand;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process and all lines that it has written. Thread-safe. */
final class LocalProcess {
  private static final Logger log = LoggerFactory.getLogger(LocalProcess.class);
  private static final long NANOS = 1_000_000_000;

  private final String id;
  private final RunningCommand command;
  private final Clock clock;
  private final CountDownLatch outputs = new CountDownLatch(2);
  private final CountDownLatch finished = new CountDownLatch(1);

  // Both guarded by this object's monitor.
  private final ArrayNode stdout = GoJson.array();
  private final ArrayNode stderr = GoJson.array();

  LocalProcess(String id, RunningCommand command, Clock clock, ServerThreads threads) {
    this.id = id;
    this.command = command;
    this.clock = clock;
    threads.run(() -> read(command.output(), "Stdout", stdout));
    threads.run(() -> read(command.errors(), "Stderr", stderr));
    threads.run(this::awaitEnd);
  }

  private void read(InputStream stream, String type, ArrayNode lines) {
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        add(type, line, lines);
      }
    } catch (IOException e) {
      log.debug("an output of process {} was given up: {}", id, e.toString());
    } finally {
      outputs.countDown();
    }
  }

  private synchronized void add(String type, String line, ArrayNode lines) {
    Instant now = clock.instant();
    long nanos = Math.addExact(Math.multiplyExact(now.getEpochSecond(), NANOS), now.getNano());
    lines.addObject().put("type", type).put("line", line).put("timestamp", nanos);
  }

  private void awaitEnd() {
    try {
      command.waitFor();
      outputs.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      command.close();
      finished.countDown();
    }
  }

  synchronized ObjectNode state() {
    ObjectNode state = GoJson.object();
    state.set("stdout", stdout.deepCopy());
    state.set("stderr", stderr.deepCopy());
    return state.put("finished", finished.getCount() == 0).put("processID", id);
  }

  void awaitFinish() throws InterruptedException {
    finished.await();
  }

  /**
   * Blocks while the pipe is full. If the process no longer reads, the text is dropped, which is
   * not an error.
   */
  void write(String text) {
    try {
      command.input().write(text.getBytes(UTF_8));
      command.input().flush();
    } catch (IOException e) {
      log.debug("process {} takes no input: {}", id, e.toString());
    }
  }

  /** Kills it with its descendants; that a stop includes those is an assumption. */
  void stop() {
    command.handle().stream()
        .flatMap(ProcessHandle::descendants)
        .forEach(ProcessHandle::destroyForcibly);
    command.signal(true);
  }
}
