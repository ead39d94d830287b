package dev.sandpiper.e2b;

import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.Signal;
import dev.sandpiper.engine.ScriptHost;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals processes with their children by running {@code kill} as a second process in the sandbox:
 * E2B's own call knows two signals, reaches only the direct process, and loses its last words.
 */
final class ProcessTree {
  private static final Logger log = LoggerFactory.getLogger(ProcessTree.class);
  private static final long STEP_MILLIS = 50;

  /** For what a script does besides waiting. */
  private static final Duration MARGIN = Duration.ofSeconds(2);

  private final ProcessRpc rpc;
  private final ProcessSearch search;
  private final ScriptRunner scripts;

  private final CallScope scope;

  ProcessTree(ProcessRpc rpc, ProcessSearch search, ScriptRunner scripts) {
    this(rpc, search, scripts, CallScope.open());
  }

  private ProcessTree(ProcessRpc rpc, ProcessSearch search, ScriptRunner scripts, CallScope scope) {
    this.rpc = rpc;
    this.search = search;
    this.scripts = scripts;
    this.scope = scope;
  }

  ProcessTree in(CallScope scope) {
    return new ProcessTree(rpc.in(scope), search.in(scope), scripts, scope);
  }

  /**
   * TERM to all of it, and KILL after {@code grace}. Nothing if it is over.
   *
   * @param losingOutput runs before E2B's own call is used instead, which may cost last words
   */
  void stop(ProcessRef ref, Duration grace, Runnable losingOutput) {
    if (search.find(ref).isEmpty()) {
      return;
    }
    try {
      String patience = Long.toString(Math.max(1, grace.toMillis() / STEP_MILLIS));
      run(ref, Scripts.STOP_TREE, patience, grace.plus(MARGIN), "something of it is still alive");
    } catch (NotFoundException e) {
      throw e;
    } catch (SandboxException e) {
      log.warn(
          "no kill could be run for {}, its direct process is killed instead: {}",
          ref,
          e.getMessage());
      release(ref, losingOutput);
    }
  }

  private void run(
      ProcessRef ref, String script, String argument, Duration lifetime, String complaint) {
    ScriptHost.Result result =
        scripts.run(
            "stop", ref.toString(), script, List.of(ref.processId(), argument), lifetime, scope);
    if (!result.exit().isSuccess()) {
      throw new PlatformException(Failure.of("stop", ref.toString(), complaint));
    }
  }

  /** Sends one signal to the process and its group. False if it is over; else as above. */
  boolean signal(ProcessRef ref, Signal signal, Runnable losingOutput) {
    if (search.find(ref).isEmpty()) {
      return false;
    }
    try {
      run(ref, Scripts.SIGNAL, nameOrNumber(signal), MARGIN, "the signal could not be sent");
      return true;
    } catch (NotFoundException e) {
      throw e;
    } catch (SandboxException e) {
      return signalByPlatform(ref, signal, losingOutput, e);
    }
  }

  private boolean signalByPlatform(
      ProcessRef ref, Signal signal, Runnable losingOutput, SandboxException reason) {
    if (search.find(ref).isEmpty()) {
      return false;
    }
    if (!signal.equals(Signal.TERM) && !signal.equals(Signal.KILL)) {
      throw reason;
    }
    log.warn(
        "no kill could be run for {}, {} goes to its direct process alone: {}",
        ref,
        signal,
        reason.getMessage());
    losingOutput.run();
    try {
      rpc.signal(Integer.parseUnsignedInt(ref.processId()), signal);
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** Shells know the names of the common signals, whose numbers differ between machines. */
  private static String nameOrNumber(Signal signal) {
    String name = signal.toString();
    return name.startsWith("SIG") ? name.substring(3) : Integer.toString(signal.number());
  }

  /** Kills the direct process by E2B's own call, which also ends its stream. */
  void release(ProcessRef ref, Runnable losingOutput) {
    if (search.find(ref).isPresent()) {
      losingOutput.run();
      rpc.signal(Integer.parseUnsignedInt(ref.processId()), Signal.KILL);
    }
  }
}
