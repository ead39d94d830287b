package dev.sandpiper.testkit.leaks;

import static com.example.Forgetful.opens;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.EventStream;
import dev.sandpiper.FileEvent;
import dev.sandpiper.Process;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.WatchOptions;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** How a caller is done with something, in order or not. */
enum Way {
  PROCESS_CLOSED(Kind.PROCESS, place -> place.sandbox().start(Place.SLEEP).close()),
  PROCESS_CLOSED_BY_AN_EXCEPTION(Kind.PROCESS, Way::failBesideAProcess),
  PROCESS_ENDED(Kind.PROCESS, place -> place.sandbox().start(Command.of("true")).waitFor()),
  PROCESS_KILLED(Kind.PROCESS, Way::kill),
  PROCESS_DETACHED(Kind.PROCESS, place -> place.sandbox().start(Place.WAIT).detach()),
  PROCESS_FORGOTTEN(Kind.PROCESS, place -> opens(() -> place.sandbox().start(Place.WAIT)), true),
  LISTENER_THROWS(Kind.PROCESS, place -> Way.execUntilOutput(place, Way::fail)),
  EXEC_INTERRUPTED(
      Kind.PROCESS, place -> Way.execUntilOutput(place, Thread.currentThread()::interrupt)),
  EXEC_CANCELLED(Kind.PROCESS, Way::cancel),
  EXEC_PAST_ITS_DEADLINE(Kind.PROCESS, Way::exceed),

  FILE_CLOSED_HALFWAY(Kind.FILE, place -> place.readHalf().close()),
  FILE_READ_TO_ITS_END(Kind.FILE, place -> place.readHalf().readAllBytes()),
  FILE_INTERRUPTED(Kind.FILE, Way::interruptARead),
  FILE_FORGOTTEN(Kind.FILE, place -> opens(place::readHalf), true),

  WATCH_CLOSED(Kind.WATCH, place -> Way.watch(place).close()),
  WATCH_INTERRUPTED(Kind.WATCH, Way::interruptAWatch),
  WATCH_FORGOTTEN(Kind.WATCH, place -> opens(() -> Way.watch(place)), true),

  SANDBOX_CLOSED(Kind.SANDBOX, place -> place.created().close()),
  SANDBOX_KILLED(Kind.SANDBOX, place -> place.created().kill()),
  SANDBOX_DETACHED(Kind.SANDBOX, place -> place.killLater(place.created().detach())),
  SANDBOX_CONNECTED(
      Kind.SANDBOX, place -> place.client().connect(place.sandbox().id(), Duration.ZERO)),
  SANDBOX_FORGOTTEN(Kind.SANDBOX, place -> place.killLater(opens(place::created).id()), true),

  CLIENT_CLOSED(Kind.CLIENT, Way::useAClient),
  CLIENT_FORGOTTEN(
      Kind.CLIENT,
      place -> opens(place::newClient).connect(place.sandbox().id(), Duration.ZERO),
      true);

  /** What is opened. */
  enum Kind {
    PROCESS,
    FILE,
    WATCH,
    SANDBOX,
    CLIENT
  }

  /** Opens something and is done with it. */
  @FunctionalInterface
  interface Abandonment {
    void run(Place place) throws Exception;
  }

  private final Kind kind;

  @SuppressWarnings("ImmutableEnumChecker") // lambdas that hold nothing
  private final Abandonment abandonment;

  private final boolean reported;

  Way(Kind kind, Abandonment abandonment) {
    this(kind, abandonment, false);
  }

  Way(Kind kind, Abandonment abandonment, boolean reported) {
    this.kind = kind;
    this.abandonment = abandonment;
    this.reported = reported;
  }

  Kind kind() {
    return kind;
  }

  /** Whether it becomes garbage that has to be reported. */
  boolean isReported() {
    return reported;
  }

  /** Whether its process runs on, so that the files of its output stay for whoever attaches. */
  boolean letsGo() {
    return this == PROCESS_DETACHED || this == PROCESS_FORGOTTEN;
  }

  void run(Place place) throws Exception {
    abandonment.run(place);
  }

  private static void fail() {
    throw new IllegalStateException("thrown by the caller");
  }

  private static void failBesideAProcess(Place place) {
    try (Process process = place.sandbox().start(Place.SLEEP)) {
      if (process.isAlive()) fail();
    } catch (IllegalStateException e) {
      return;
    }
    throw new AssertionError("the process had ended");
  }

  private static void kill(Place place) {
    Process process = place.sandbox().start(Place.SLEEP);
    try {
      process.kill();
    } catch (DeadlineExceededException e) {
      process.close(); // on a machine that is too slow for its limit
    }
  }

  private static void execUntilOutput(Place place, Runnable atOutput) {
    try {
      place.sandbox().exec(Command.shell("echo; exec sleep 1000"), output -> atOutput.run());
    } catch (IllegalStateException | CancelledException e) {
      if (e instanceof CancelledException && !Thread.interrupted()) throw e;
      return;
    }
    throw new AssertionError("the command was not stopped");
  }

  private static void cancel(Place place) {
    CompletableFuture<?> future = place.sandbox().processes().execAsync(Place.SLEEP);
    future.cancel(true);
  }

  private static void exceed(Place place) {
    try {
      place.sandbox().exec(Place.SLEEP.timeout(Duration.ofMillis(100)));
    } catch (DeadlineExceededException e) {
      return;
    }
    throw new AssertionError("the deadline did not hold");
  }

  private static void interruptARead(Place place) throws Exception {
    try (InputStream stream = place.readHalf()) {
      Thread.currentThread().interrupt();
      stream.readAllBytes(); // what has arrived may be read all the same
    } catch (SandboxIOException e) {
      if (!(e.getCause() instanceof CancelledException)) throw e;
    } finally {
      Thread.interrupted();
    }
  }

  private static EventStream<FileEvent> watch(Place place) {
    return place.sandbox().files().watch(".", WatchOptions.standard());
  }

  private static void interruptAWatch(Place place) {
    try (EventStream<FileEvent> watch = watch(place)) {
      Thread.currentThread().interrupt();
      watch.next();
    } catch (CancelledException e) {
      return;
    } finally {
      Thread.interrupted();
    }
    throw new AssertionError("the read was not interrupted");
  }

  private static void useAClient(Place place) {
    try (SandboxClient client = place.newClient()) {
      client.connect(place.sandbox().id(), Duration.ZERO);
    }
  }
}
