package dev.sandpiper.blaxel.process;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.SandboxException;
import dev.sandpiper.blaxel.server.StrayLines;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.Monitor;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.JsonLinesReader;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one watch of a sandbox, open only while a process is followed, so that an idle sandbox can be
 * suspended. It only wakes readers: it may lose and duplicate events, and it is unknown when it
 * takes effect, until the first event arrives. Listings find what it missed.
 */
final class DirectoryWatch {
  private static final Logger log = LoggerFactory.getLogger(DirectoryWatch.class);
  private static final int LONGEST_LINE = 64 << 10;

  /** Delay before opening: most commands end before a watch would be of use. */
  private static final long BEFORE_OPENING = 50;

  private static final long FIRST_PAUSE = 10;
  private static final long LONGEST_PAUSE = 1_000;

  /** Marks that require a listing: of outputs, of their ends, and of a closed input. */
  private static final Pattern TELLING = Pattern.compile("[oeOExp]\\.|[IJ]");

  /**
   * The response headers arrive after thirty seconds at the latest, then a message at least every
   * thirty.
   */
  private static final Duration SILENCE = Duration.ofSeconds(75);

  private final OutputDirectory files;
  private final BackgroundThreads threads;
  private final Map<ChangeNotifier, String> followed =
      new ConcurrentHashMap<>(); // to the process's id
  private final Monitor monitor;
  private volatile boolean armed; // an event has arrived on this connection
  private volatile long heardAt; // when the last event arrived

  // Guarded by the monitor.
  private boolean running;
  private @Nullable CallScope connection;

  DirectoryWatch(OutputDirectory files, BackgroundThreads threads) {
    this.files = files;
    this.threads = threads;
    this.monitor = new Monitor(threads.time());
  }

  /** True while the watch is known to be in effect; single events may still be lost. */
  boolean isArmed() {
    return armed;
  }

  /** Notifies of changes to the files of this process from now on. */
  void add(String id, ChangeNotifier notifier) {
    followed.put(notifier, id);
    monitor.change(
        () -> {
          if (!running) {
            threads.promptly().execute(this::run);
            running = true;
          }
        });
  }

  /** Stops notifying. The last removal ends the watch. */
  void remove(ChangeNotifier notifier) {
    followed.remove(notifier);
    monitor.change(
        () -> {
          if (followed.isEmpty() && connection != null) {
            connection.cancel();
          }
        });
  }

  /**
   * Reopens the watch if it has not reported a change of the directory that it should have seen.
   */
  void reopenIfSilentSince(long changedAt, Duration patience) {
    boolean isLate = threads.time().nanos() - changedAt > patience.toNanos();
    if (armed && isLate && heardAt - changedAt < 0) {
      monitor.change(
          () -> {
            if (connection != null) {
              connection.cancel();
            }
          });
    }
  }

  private void run() {
    long pause = BEFORE_OPENING;
    long nextPause = FIRST_PAUSE;
    try {
      while (isWanted(pause)) {
        boolean wasUseful = follow();
        armed = false;
        if (wasUseful) {
          followed.keySet().forEach(ChangeNotifier::changed);
        }
        nextPause = wasUseful ? FIRST_PAUSE : Math.min(2 * nextPause, LONGEST_PAUSE);
        pause = nextPause;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      giveUp();
    } catch (CancelledException e) {
      giveUp(); // the client was closed
    } catch (RuntimeException | Error e) {
      giveUp();
      throw e;
    }
  }

  private void giveUp() {
    armed = false;
    monitor.change(() -> running = false);
  }

  /** Pauses. False, which ends this run, if no process is followed afterwards. */
  private boolean isWanted(long millis) throws InterruptedException {
    monitor.awaitWhile(() -> !followed.isEmpty(), TimeUnit.MILLISECONDS.toNanos(millis));
    return monitor.decide(
        () -> {
          connection = followed.isEmpty() ? null : threads.scope();
          running = connection != null;
          return running;
        });
  }

  /** Follows one connection to its end. True if any event arrived. */
  private boolean follow() {
    CallScope end = current();
    // Without a limit, a connection that died before the response headers would block for ever.
    Future<?> impatience = threads.timers().in(SILENCE, end::cancel);
    boolean wasUseful = false;
    try (HttpResponse response = files.watch(end)) {
      impatience.cancel(false);
      response.limitIdle(SILENCE);
      JsonLinesReader lines = new JsonLinesReader(response.source(), LONGEST_LINE);
      byte[] line;
      while ((line = lines.nextLine()) != null) {
        wasUseful = true;
        take(line);
      }
      log.debug("the watch of {} has ended", files.directory());
    } catch (MalformedStreamException e) {
      log.debug("the watch of {}: malformed response: {}", files.directory(), e.getMessage());
    } catch (IOException | SandboxException e) {
      log.debug("the watch of {}: {}", files.directory(), e.toString());
    } finally {
      impatience.cancel(false);
    }
    return wasUseful;
  }

  private CallScope current() {
    return monitor.decide(() -> requireNonNull(connection));
  }

  /** Handles a line. A malformed one may have been an event, so it counts as one. */
  private void take(byte[] line) {
    if (StrayLines.TEXT.equals(ByteString.of(line))) {
      return;
    }
    JsonNode event;
    try {
      event = Json.parse(line);
    } catch (MalformedStreamException e) {
      followed.keySet().forEach(ChangeNotifier::changed);
      return;
    }
    heardAt = threads.time().nanos();
    if (!armed) {
      armed = true;
      followed.keySet().forEach(ChangeNotifier::changed); // changes before the watch took effect
    }
    String name = event.path("name").asText("");
    int dot = name.indexOf('.');
    String id = dot < 0 ? "" : name.substring(0, dot);
    followed.forEach(
        (notifier, followedId) -> {
          if (followedId.equals(id)) {
            tell(notifier, name.substring(dot + 1), event.path("op").asText(""));
          }
        });
  }

  private static void tell(ChangeNotifier notifier, String mark, String operation) {
    boolean isWritten = operation.equals("WRITE");
    if (isWritten && mark.startsWith("o.")) {
      notifier.written(Channel.STDOUT);
    } else if (isWritten && mark.startsWith("e.")) {
      notifier.written(Channel.STDERR);
    } else if (TELLING.matcher(mark).lookingAt() && !isDropped(mark, operation)) {
      notifier.changed();
    } else {
      notifier.wake();
    }
  }

  /**
   * True if a segment was dropped, which its writer does when it is no longer needed; other marks
   * remain until the end.
   */
  private static boolean isDropped(String mark, String operation) {
    return operation.equals("REMOVE") && Marks.isSegment(mark);
  }
}
