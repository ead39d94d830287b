package dev.sandpiper.e2b.process;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Durations;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces the connection of a process's stream that broke: asks the sandbox whether the process
 * still runs, and attaches to it, or to the end that the sandbox remembers for thirty seconds.
 *
 * @param health says what is known of the sandbox now, for a message
 * @param patience for how long to try; zero for not at all
 */
record Reattachment(ProcessSearch search, Function<CallScope, String> health, Duration patience) {
  private static final Logger log = LoggerFactory.getLogger(Reattachment.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** What has held for a keep-alive's interval was a connection, and its end is news. */
  private static final Duration LASTING = Duration.ofSeconds(20);

  /** After this a number may be another process's; it is also how long an exit is remembered. */
  private static final Duration SAME_PROCESS = Duration.ofSeconds(30);

  /**
   * The attempts for one process since it last made progress, which is what they are limited by: a
   * connection alone is not progress, because it may break at once, again and again.
   */
  static final class Attempts {
    private final CallScope following;
    private final Duration patience;
    private final Backoff pauses = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private @Nullable CallScope scope;
    private boolean isConnected = true;
    private long connectedAt;

    private Attempts(CallScope following, Duration patience) {
      this.following = following;
      this.patience = patience;
      this.connectedAt = following.time().nanos();
    }

    /** Output came: what goes wrong from now on is new. */
    void progress() {
      scope = null;
      pauses.reset();
    }

    /** Where the next one belongs. Blocks for a pause, unless it is the first one. */
    private CallScope next(ProcessRef ref, String name, Exception cause) {
      if (isConnected && following.time().nanos() - connectedAt > LASTING.toNanos()) {
        progress();
      }
      isConnected = false;
      CallScope current = scope;
      if (current == null) {
        scope = following.within(patience);
        return scope;
      }
      Duration pause = pauses.next();
      if (current.left().compareTo(pause) <= 0) {
        throw vain(ref, name, cause);
      }
      try {
        current.sleep(pause, failure(name, ""));
      } catch (DeadlineExceededException e) {
        if (following.left().isZero()) {
          throw e; // the command's own time is over
        }
        throw vain(ref, name, cause); // the pause took longer than it should
      }
      return current;
    }

    private ConnectionLostException vain(ProcessRef ref, String name, Exception cause) {
      String observed = "none could be had that held, within " + Durations.text(patience);
      return lost(ref, name, observed, cause);
    }

    private void connected() {
      isConnected = true;
      connectedAt = following.time().nanos();
    }
  }

  /**
   * @param following of the process's events
   */
  Attempts attempts(CallScope following) {
    return new Attempts(following, patience);
  }

  boolean isOff() {
    return patience.isZero();
  }

  /**
   * Blocks until there is a new connection.
   *
   * @param heard when the process was last heard of, in nanoseconds
   * @param attempts what was tried before
   * @throws ConnectionLostException if there is none to be had, with {@code cause}
   * @throws CancelledException if it was given up, or this thread is interrupted
   */
  ProcessConnection replace(
      ProcessRef ref, String name, Exception cause, long heard, Attempts attempts) {
    if (isOff()) {
      throw lost(ref, name, health.apply(attempts.following), cause);
    }
    while (true) {
      CallScope scope = attempts.next(ref, name, cause);
      try {
        ProcessConnection connection = connect(ref, name, heard, scope);
        attempts.connected();
        log.warn("{} lost its connection and has a new one: {}", ref, cause.toString());
        return connection;
      } catch (CancelledException e) {
        throw e;
      } catch (SandboxException e) {
        cause.addSuppressed(e);
        rejectIfFinal(ref, name, cause, e);
      }
    }
  }

  private ProcessConnection connect(ProcessRef ref, String name, long heard, CallScope scope) {
    ProcessRpc rpc = search.rpc().in(scope);
    int pid = Integer.parseUnsignedInt(ref.processId());
    if (search.running(ref, scope).isPresent()) {
      return rpc.connect(name, pid);
    }
    try {
      return rpc.connect(name, ref.nonce());
    } catch (NotFoundException e) {
      if (scope.time().nanos() - heard > SAME_PROCESS.toNanos()) {
        throw e;
      }
      // It ran a moment ago, so that its number cannot have been used again; see RATIONALE.md.
      return rpc.connect(name, pid);
    }
  }

  private static void rejectIfFinal(
      ProcessRef ref, String name, Exception cause, SandboxException e) {
    if (e instanceof SandboxNotRunningException asleep
        && asleep.state().filter(State.PAUSED::equals).isPresent()) {
      throw lost(ref, name, "the sandbox is paused; resume it, and attach again", cause);
    }
    if (e instanceof NotFoundException missing) {
      throw lost(
          ref,
          name,
          missing.what() == What.PROCESS
              ? "meanwhile the process has ended, and how is not known any more"
              : "the sandbox is gone",
          cause);
    }
    if (e instanceof AuthenticationException) {
      throw lost(ref, name, "the sandbox lets us in no more", cause);
    }
  }

  private static ConnectionLostException lost(
      ProcessRef ref, String name, String observed, Exception cause) {
    log.debug("{} lost its connection: {}", ref, cause.toString());
    return new ConnectionLostException(
        failure(name, "the connection was lost before its end was reported; " + observed),
        ref,
        cause);
  }

  private static Failure failure(String name, String observed) {
    return Failure.of("follow", name, observed);
  }
}
