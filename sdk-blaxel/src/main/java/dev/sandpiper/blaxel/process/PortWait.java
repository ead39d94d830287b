package dev.sandpiper.blaxel.process;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.engine.LaunchedProcesses;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Waits for a server to listen, by a script in the sandbox: the platform's own wait does not notice
 * the exit of the process, and one of its calls can block all later ones.
 */
public final class PortWait {
  /**
   * The duration of one script: well below the gateway's request limit, and short enough to notice
   * an exit.
   */
  private static final Duration SLICE = Duration.ofSeconds(1);

  private static final Duration MARGIN = Duration.ofSeconds(20);
  private static final int SHUT = 11;
  private static final int NOT_YET = 10;

  private final LaunchedProcesses processes;
  private final Time time;
  private final Process process;
  private final List<Integer> ports;
  private final Duration limit;

  public PortWait(LaunchedProcesses processes, Process process, Duration limit, int... ports) {
    if (ports.length == 0 || Arrays.stream(ports).anyMatch(port -> port < 1 || port > 65_535)) {
      throw new IllegalArgumentException(
          "waitForPorts takes one or more ports of 1 to 65535: " + Arrays.toString(ports));
    }
    this.processes = processes;
    this.time = processes.scope().time();
    this.process = process;
    this.ports = Arrays.stream(ports).boxed().toList();
    this.limit = Durations.notNegative("the limit of waitForPorts", limit, "to look once");
  }

  public void run() {
    long began = time.nanos();
    boolean wasShut = false;
    Duration slice = Duration.ZERO; // the server may be ready, or the process have ended, already
    while (true) {
      Duration left = limit.minusNanos(time.nanos() - began);
      int found = look(left.compareTo(slice) > 0 ? slice : left);
      slice = SLICE;
      if (found == 0) {
        return;
      }
      rejectIfOver();
      if (found == SHUT && wasShut) {
        throw new InvalidRequestException(
            failure(
                "the server listens on loopback only, which is unreachable from outside; bind it to"
                    + " 0.0.0.0 or ::"));
      }
      wasShut = found == SHUT;
      if (time.nanos() - began >= limit.toNanos()) {
        throw new DeadlineExceededException(
            Limit.DEADLINE,
            limit,
            failure("no server listened within " + Durations.text(limit) + " (waitForPorts)"),
            null,
            null);
      }
    }
  }

  private int look(Duration slice) {
    List<String> arguments = new ArrayList<>(List.of("-c", Scripts.PORTS, "sh"));
    arguments.add(Long.toString(Math.max(0, slice.toMillis() / 100)));
    ports.forEach(port -> arguments.add(String.format(Locale.ROOT, "%04X", port)));
    ExecResult result =
        processes.exec(
            Command.of("/bin/sh", arguments.toArray(String[]::new)).timeout(slice.plus(MARGIN)));
    int code = result.exit().code().orElse(-1);
    if (code != 0 && code != NOT_YET && code != SHUT) {
      throw new PlatformException(
          failure("unexpected exit of the script: " + result.exit() + ": " + result.stderr()));
    }
    return code;
  }

  private void rejectIfOver() {
    try {
      process
          .waitFor(Duration.ZERO)
          .ifPresent(
              status -> {
                throw new PlatformException(failure("the process exited first: " + status));
              });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(failure("its thread was interrupted"), e);
    }
  }

  private Failure failure(String observed) {
    return Failure.of("wait for ports " + ports, process.ref().toString(), observed);
  }
}
