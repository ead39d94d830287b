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
 * Replaces the lost connection of a process's stream: asks the sandbox whether the process is still
 * running, and attaches to it, or to its end, which the sandbox keeps for thirty seconds.
 *
 * @param health describes the current state of the sandbox, for a message
 * @param patience how long to try; zero turns reattaching off
 */
record Reattachment(ProcessSearch search, Function<CallScope, String> health, Duration patience) {
  private static final Logger log = LoggerFactory.getLogger(Reattachment.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** A connection that lasted for a keep-alive interval counts as progress. */
  private static final Duration LASTING = Duration.ofSeconds(20);

  /** How long a pid is not reused, and how long the sandbox keeps an exit. */
  private static final Duration SAME_PROCESS = Duration.ofSeconds(30);

  /**
   * The attempts for one process since its last progress, which together have {@code patience}. A
   * new connection alone is not progress, because it may be lost immediately, again and again.
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

    /** Output arrived: the next loss starts with full patience. */
    void progress() {
      scope = null;
      pauses.reset();
    }

    /** The scope of the next attempt. Blocks for a pause before every attempt but the first. */
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
        throw exhausted(ref, name, cause);
      }
      try {
        current.sleep(pause, failure(name, ""));
      } catch (DeadlineExceededException e) {
        if (following.left().isZero()) {
          throw e; // the command's own deadline
        }
        throw exhausted(ref, name, cause); // the pause took longer than it should
      }
      return current;
    }

    private ConnectionLostException exhausted(ProcessRef ref, String name, Exception cause) {
      String observed = "reconnecting failed for " + Durations.text(patience);
      return lost(ref, name, observed, cause);
    }

    private void connected() {
      isConnected = true;
      connectedAt = following.time().nanos();
    }
  }

  /**
   * @param following the scope of the process's events
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
   * @param heard when the last message arrived, in nanoseconds
   * @param attempts the previous attempts
   * @throws ConnectionLostException if no connection can be made, with {@code cause}
   * @throws CancelledException if the scope is cancelled, or this thread is interrupted
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
        log.warn("{}: reattached after losing the connection: {}", ref, cause.toString());
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
      // It ran a moment ago, so its pid cannot have been reused; see RATIONALE.md.
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
              ? "the process has exited meanwhile, and its exit status is no longer available"
              : "the sandbox is gone",
          cause);
    }
    if (e instanceof AuthenticationException) {
      throw lost(ref, name, "the sandbox no longer accepts the access token", cause);
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
