package dev.sandpiper.temporal;

import static dev.sandpiper.Capability.ATTACH;
import static dev.sandpiper.Capability.REPLAY;

import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Sandbox;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.temporal.StartMarkers.Started;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityNotExistsException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One attempt at a command: starts it, or continues with the process of an earlier attempt. */
final class Attempt {
  private static final String FORGOTTEN =
      "it ended while no worker was attached, and the platform keeps no end";

  private final ActivityExecutionContext context;
  private final CommandRequest request;
  private final Sandbox sandbox;
  private final @Nullable OutputSink sink;
  private final Pulse pulse;
  private final StartMarkers markers;
  private final boolean hasPositions;

  Attempt(
      ActivityExecutionContext context,
      CommandRequest request,
      Sandbox sandbox,
      @Nullable OutputSink sink,
      Pulse pulse) {
    this.context = context;
    this.request = request;
    this.sandbox = sandbox;
    this.sink = sink;
    this.pulse = pulse;
    this.markers = new StartMarkers(sandbox, context.getInfo());
    this.hasPositions = sandbox.capabilities().contains(REPLAY);
  }

  /**
   * Blocks until the command has ended.
   *
   * @param progress the progress recorded by the heartbeats of earlier attempts
   */
  CommandOutcome run(Optional<Progress> progress) throws IOException {
    if (!sandbox.capabilities().contains(ATTACH)) {
      throw new UnsupportedCapabilityException(
          Failure.of("run", request.toString(), "no other worker could attach to it"), ATTACH);
    }
    if (progress.isPresent()) {
      return goOn(progress.get());
    }
    Optional<Started> started = markers.started();
    return started.isPresent() ? adopt(started.get()) : start();
  }

  private CommandOutcome start() throws IOException {
    Duration limit = TimeLimit.of(context.getInfo(), request);
    Instant deadline = Instant.now().plus(limit);
    Process process = sandbox.start(request.behind(markers.wrapper(deadline), limit));
    CommandOutcome outcome =
        follow(process, deadline, Delivery.fromTheBeginning(sink, request.captureBytes()));
    if (outcome.exitCode() == null || outcome.exitCode() != StartMarkers.REFUSED) {
      return outcome;
    }
    Started started =
        markers.started().orElseThrow(() -> Failures.notStarted(request, markers.path()));
    // Its own exit code, or another attempt's request, which was in flight, was faster.
    boolean isThis = started.ref().nonce().equals(process.ref().nonce());
    return isThis ? outcome : adopt(started);
  }

  /** Continues with a process for which there is no heartbeat. */
  private CommandOutcome adopt(Started started) throws IOException {
    Delivery delivery =
        hasPositions
            ? Delivery.fromTheBeginning(sink, request.captureBytes())
            : Delivery.behind(sink, request.captureBytes());
    return attach(started.ref(), null, started.deadline(), delivery);
  }

  private CommandOutcome goOn(Progress progress) throws IOException {
    ProcessRef ref = progress.process();
    if (sink == null || progress.position() == null) {
      // Output that an earlier attempt kept for the outcome was lost with its worker: read again.
      return adopt(new Started(ref, progress.deadline()));
    }
    Delivery delivery = Delivery.after(progress, sink);
    return attach(ref, progress.position(), progress.deadline(), delivery);
  }

  private CommandOutcome attach(
      ProcessRef ref, @Nullable String position, Instant deadline, Delivery delivery)
      throws IOException {
    Process process;
    try {
      process =
          position == null
              ? sandbox.processes().attach(ref)
              : sandbox.processes().attach(ref, position);
    } catch (NotFoundException e) {
      if (e.what() != NotFoundException.What.PROCESS) {
        throw e;
      }
      delivery.loseTheRest(FORGOTTEN);
      return CommandOutcome.of(ref, new ExitStatus.Unreported(FORGOTTEN), delivery);
    }
    return follow(process, deadline, delivery);
  }

  private CommandOutcome follow(Process process, Instant deadline, Delivery delivery)
      throws IOException {
    FollowedCommand.End end;
    try {
      end = new FollowedCommand(process, deadline, hasPositions, delivery).follow(pulse);
    } catch (ActivityCanceledException e) {
      process.kill();
      throw e;
    } catch (ActivityNotExistsException e) {
      if (!new PendingActivity(context).isWaitedFor()) {
        process.kill();
      }
      throw e;
    } finally {
      // Never closed: that would stop it, or delete output that the next attempt needs if the
      // outcome does not reach Temporal.
      process.detach();
    }
    CommandOutcome outcome = CommandOutcome.of(process.ref(), end.status(), delivery);
    if (end.isTimeout()) {
      throw Failures.timeout(request, outcome);
    }
    return outcome;
  }
}
