package dev.sandpiper.blaxel;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.Signal;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals processes with their children by running {@code kill} as a second process in the sandbox:
 * the platform's own calls know two signals, and say nothing of what became of them. They are the
 * fallback where no {@code kill} can be run.
 */
final class ProcessTree {
  private static final Logger log = LoggerFactory.getLogger(ProcessTree.class);
  private static final long STEP_MILLIS = 50;

  /** For what a script does besides waiting. */
  private static final Duration MARGIN = Duration.ofSeconds(2);

  private final ProcessApi api;
  private final CallScope scope;

  ProcessTree(ProcessApi api) {
    this(api, CallScope.open());
  }

  private ProcessTree(ProcessApi api, CallScope scope) {
    this.api = api;
    this.scope = scope;
  }

  ProcessTree in(CallScope scope) {
    return new ProcessTree(api.in(scope), scope);
  }

  /** Its number, while it runs: numbers of those that have ended are used again. */
  private Optional<String> running(String operation, ProcessRef ref) {
    return api.find(operation, ref.processId())
        .filter(record -> record.completedAt().isEmpty())
        .map(ProcessDetails::pid);
  }

  /** TERM to all of it, and KILL after {@code grace}. Nothing if it is over. */
  void stop(ProcessRef ref, Duration grace) {
    Optional<String> pid = running("stop", ref);
    if (pid.isEmpty()) {
      return;
    }
    String patience = Long.toString(Math.max(1, grace.toMillis() / STEP_MILLIS));
    try {
      run("stop", ref, Scripts.STOP_GROUP, List.of(pid.get(), patience), grace.plus(MARGIN));
    } catch (NotFoundException | CancelledException e) {
      throw e;
    } catch (SandboxException e) {
      log.warn("no kill could be run for {}, Blaxel's own is used: {}", ref, e.getMessage());
      stopByPlatform(ref, grace);
    }
  }

  /**
   * Like {@link #stop}, for one in a wrapper of ours, with its descendants that have left the
   * group.
   *
   * @param path of every file of the process, without what follows its id
   * @param restarts whether the server starts it again when it fails, unless it is told to stop
   */
  void stopWrapped(ProcessRef ref, String path, boolean restarts, Duration grace) {
    if (restarts) {
      api.stop(ref.processId());
    } else if (running("stop", ref).isEmpty()) {
      return;
    }
    String patience = Long.toString(Math.max(1, grace.toMillis() / STEP_MILLIS));
    try {
      run("stop", ref, Scripts.STOP_TREE, List.of(path, patience), grace.plus(MARGIN));
    } catch (NotFoundException | CancelledException e) {
      throw e;
    } catch (SandboxException e) {
      if (running("stop", ref).isPresent()) {
        log.warn("no kill could be run for {}, Blaxel's own is used: {}", ref, e.getMessage());
        stopByPlatform(ref, grace);
      }
    }
  }

  private void run(
      String operation, ProcessRef ref, String script, List<String> arguments, Duration lifetime) {
    ExitStatus exit = api.run(operation, ref.toString(), script, arguments, lifetime, scope).exit();
    if (!exit.isSuccess()) {
      throw new PlatformException(
          Failure.of(operation, ref.toString(), "the kill in the sandbox ended with " + exit));
    }
  }

  private void stopByPlatform(ProcessRef ref, Duration grace) {
    api.stop(ref.processId());
    long deadline = System.nanoTime() + grace.toNanos();
    while (running("stop", ref).isPresent()) {
      if (System.nanoTime() - deadline > 0) {
        api.kill(ref.processId());
        return;
      }
      scope.sleep(Duration.ofMillis(STEP_MILLIS), Failure.of("stop", ref.toString(), ""));
    }
  }

  /** Sends one signal to the process and its group. False if it is over. */
  boolean signal(ProcessRef ref, Signal signal) {
    return signal(ref, signal, Optional.empty());
  }

  /**
   * Sends one signal to the process and its group. False if it is over.
   *
   * @param leader the number of its group, where that is not the one in its record: the server does
   *     not tell the new one of what it has started again
   */
  boolean signal(ProcessRef ref, Signal signal, Optional<String> leader) {
    Optional<String> pid = running("signal", ref).map(leader::orElse);
    if (pid.isEmpty()) {
      return false;
    }
    try {
      run("signal", ref, Scripts.SIGNAL, List.of(pid.get(), nameOrNumber(signal)), MARGIN);
      return true;
    } catch (NotFoundException | CancelledException e) {
      throw e;
    } catch (SandboxException e) {
      return signalByPlatform(ref, signal, e);
    }
  }

  private boolean signalByPlatform(ProcessRef ref, Signal signal, SandboxException reason) {
    boolean isTerm = signal.equals(Signal.TERM);
    if (running("signal", ref).isEmpty()) {
      return false;
    }
    if (!isTerm && !signal.equals(Signal.KILL)) {
      throw reason;
    }
    log.warn("no kill could be run for {}, Blaxel's own is used: {}", ref, reason.getMessage());
    return isTerm ? api.stop(ref.processId()) : api.kill(ref.processId());
  }

  /** Shells know the names of the common signals, whose numbers differ between machines. */
  private static String nameOrNumber(Signal signal) {
    String name = signal.toString();
    return name.startsWith("SIG") ? name.substring(3) : Integer.toString(signal.number());
  }
}
