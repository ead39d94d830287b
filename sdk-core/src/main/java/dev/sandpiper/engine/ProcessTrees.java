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
 * Stops and signals the processes of one sandbox, with their descendants, by scripts that run in
 * the sandbox. The platforms' own calls support two signals and do not reach every descendant, so
 * they are only the fallback if no script can be run. Thread-safe.
 */
public final class ProcessTrees {
  /**
   * Stops processes. Arguments: the grace in hundredths of a second, then {@code nonce/pid} of each
   * process.
   */
  public static final String STOP =
      ScriptFile.load(ProcessTrees.class.getResourceAsStream("stop.sh"), "stop.sh");

  /** Sends a signal. Arguments: the pid and the signal's name or number. */
  public static final String SIGNAL =
      ScriptFile.load(ProcessTrees.class.getResourceAsStream("signal.sh"), "signal.sh");

  private static final Logger log = LoggerFactory.getLogger(ProcessTrees.class);
  private static final String PARTLY =
      "the platform's own KILL was sent; it is unknown whether its descendants have ended";

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
   * Sends TERM to the process and its descendants, and KILL after {@code grace} to those still
   * alive. Also for a process that has ended, because its descendants may be alive.
   *
   * @param beforeFallback runs before the platform's own call is used instead
   * @throws SandboxException if no script confirmed that all have ended; then only the platform's
   *     own call was made
   */
  public void stop(ProcessRef ref, Duration grace, Runnable beforeFallback, CallScope scope) {
    stop(ref, grace, true, beforeFallback, scope);
  }

  /**
   * Like {@link #stop}, for a process whose leader keeps the nonce in its environment, so that its
   * pid need not be asked for.
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
      log.warn(
          "could not run the stop script for {}, using the platform's own KILL: {}",
          ref,
          e.getMessage());
      release(ref, beforeFallback, scope);
      throw Ambiguity.unknown(e, PARTLY);
    }
  }

  /**
   * Sends one signal to the process and its group. False if it has ended.
   *
   * @param leader the pid of the process, if the platform's may be outdated
   * @param beforeFallback runs before the platform's own call is used instead
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
        "could not run the signal script for {}, using the platform's own call: {}",
        ref,
        reason.getMessage());
    beforeFallback.run();
    return platform.signal(ref, signal, scope);
  }

  /**
   * Makes the platform kill the process, which may end its stream even if children hold it open.
   */
  public void release(ProcessRef ref, Runnable beforeFallback, CallScope scope) {
    if (platform.running(ref, scope).isPresent()) {
      beforeFallback.run();
      platform.signal(ref, Signal.KILL, scope);
    }
  }

  /** Common signals are sent by name, because their numbers differ between architectures. */
  private static String nameOrNumber(Signal signal) {
    String name = signal.toString();
    return name.startsWith("SIG") ? name.substring(3) : Integer.toString(signal.number());
  }
}
