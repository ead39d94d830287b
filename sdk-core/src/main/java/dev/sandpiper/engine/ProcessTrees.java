package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.Signal;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Time;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops and signals the processes of one sandbox, with their descendants, by scripts that run
 * beside them: the platforms' own calls know two signals and reach less. They are the fallback
 * where no script can be run. Safe for use by many threads.
 */
public final class ProcessTrees {
  /** Stops processes; its arguments are the patience and the processes. */
  public static final String STOP =
      ScriptFile.load(ProcessTrees.class.getResourceAsStream("stop.sh"), "stop.sh");

  /** Sends a signal; its arguments are the process and the signal. */
  public static final String SIGNAL =
      ScriptFile.load(ProcessTrees.class.getResourceAsStream("signal.sh"), "signal.sh");

  private static final Logger log = LoggerFactory.getLogger(ProcessTrees.class);
  private static final String PARTLY =
      "the platform's own KILL was sent; whether all that it started has ended cannot be known";

  private static final Duration LIFETIME = Duration.ofSeconds(3);

  private final ScriptHost scripts;
  private final ProcessPlatform platform;
  private final StopBatches batches;

  public ProcessTrees(ScriptHost scripts, ProcessPlatform platform, Time time) {
    this.scripts = scripts;
    this.platform = platform;
    this.batches = new StopBatches(scripts, platform, time);
  }

  /**
   * TERM to all of it, and KILL after {@code grace} for what is left. Also for a process that has
   * ended, whose descendants may live.
   *
   * @param beforeFallback runs before the platform's own call is used instead
   * @throws SandboxException if no script said that all of it has ended; the platform's own call
   *     was all that could be done
   */
  public void stop(ProcessRef ref, Duration grace, Runnable beforeFallback, CallScope scope) {
    stop(ref, grace, true, beforeFallback, scope);
  }

  /**
   * Likewise for a process whose leader has the nonce in its variables for as long as it lives, so
   * that its number need not be asked for.
   */
  public void stopNamed(ProcessRef ref, Duration grace, Runnable beforeFallback, CallScope scope) {
    stop(ref, grace, false, beforeFallback, scope);
  }

  private void stop(
      ProcessRef ref,
      Duration grace,
      boolean isNumbered,
      Runnable beforeFallback,
      CallScope scope) {
    try {
      batches.stop(ref, grace, isNumbered, scope);
    } catch (NotFoundException | CancelledException e) {
      throw e;
    } catch (SandboxException e) {
      log.warn("no kill could be run for {}, the platform's own is used: {}", ref, e.getMessage());
      release(ref, beforeFallback, scope);
      throw Ambiguity.unknown(e, PARTLY);
    }
  }

  /**
   * Sends one signal to the process and its group. False if it is over.
   *
   * @param leader the number of the process, where the platform may have an outdated one
   * @param beforeFallback as above
   */
  public boolean signal(
      ProcessRef ref,
      Signal signal,
      @Nullable String leader,
      Runnable beforeFallback,
      CallScope scope) {
    Optional<String> number = platform.running(ref, scope);
    if (number.isEmpty()) {
      return false;
    }
    try {
      List<String> arguments =
          List.of(leader == null ? number.get() : leader, nameOrNumber(signal));
      ScriptHost.Result result =
          scripts.run("signal", ref.toString(), SIGNAL, arguments, LIFETIME, scope);
      if (!result.exit().isSuccess()) {
        throw new PlatformException(
            Failure.of("signal", ref.toString(), "the signal could not be sent"));
      }
      return true;
    } catch (NotFoundException | CancelledException e) {
      throw e;
    } catch (SandboxException e) {
      return signalByPlatform(ref, signal, beforeFallback, e, scope);
    }
  }

  private boolean signalByPlatform(
      ProcessRef ref,
      Signal signal,
      Runnable beforeFallback,
      SandboxException reason,
      CallScope scope) {
    if (platform.running(ref, scope).isEmpty()) {
      return false;
    }
    if (!signal.equals(Signal.TERM) && !signal.equals(Signal.KILL)) {
      throw reason;
    }
    log.warn(
        "no kill could be run for {}, the platform's own is used: {}", ref, reason.getMessage());
    beforeFallback.run();
    return platform.signal(ref, signal, scope);
  }

  /** Has the platform kill the process, which may end its stream although children hold it open. */
  public void release(ProcessRef ref, Runnable beforeFallback, CallScope scope) {
    if (platform.running(ref, scope).isPresent()) {
      beforeFallback.run();
      platform.signal(ref, Signal.KILL, scope);
    }
  }

  /** Shells know the names of the common signals, whose numbers differ between machines. */
  private static String nameOrNumber(Signal signal) {
    String name = signal.toString();
    return name.startsWith("SIG") ? name.substring(3) : Integer.toString(signal.number());
  }
}
