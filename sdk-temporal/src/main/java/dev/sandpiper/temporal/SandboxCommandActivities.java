package dev.sandpiper.temporal;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxException;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@link SandboxCommands} for a worker: {@code
 * worker.registerActivitiesImplementations(SandboxCommandActivities.of(client))}. Safe for use by
 * many threads. The caller closes the client, after the worker.
 */
public final class SandboxCommandActivities implements SandboxCommands {
  private final SandboxClient client;
  private final OutputSink.@Nullable Factory sinks;

  private SandboxCommandActivities(SandboxClient client, OutputSink.@Nullable Factory sinks) {
    this.client = requireNonNull(client, "client");
    this.sinks = sinks;
  }

  /** Activities that return output in the outcome, up to {@link CommandRequest#captureBytes}. */
  public static SandboxCommandActivities of(SandboxClient client) {
    return new SandboxCommandActivities(client, null);
  }

  /** Activities that write output to a sink; the outcome has only its length. */
  public static SandboxCommandActivities of(SandboxClient client, OutputSink.Factory sinks) {
    return new SandboxCommandActivities(client, requireNonNull(sinks, "sinks"));
  }

  @Override
  public CommandOutcome runCommand(CommandRequest request) {
    ActivityExecutionContext context = Activity.getExecutionContext();
    if (context.getInfo().isLocal() || context.getInfo().getHeartbeatTimeout().isZero()) {
      throw Failures.noHeartbeat(request);
    }
    Optional<Progress> progress = context.getHeartbeatDetails(Progress.class);
    try (Pulse pulse = new Pulse(context, progress.orElse(null));
        Sandbox sandbox = client.connect(request.sandboxId());
        OutputSink sink = sinks == null ? null : sinks.open(context.getInfo(), request)) {
      return new Attempt(context, request, sandbox, sink, pulse).run(progress);
    } catch (SandboxException e) {
      throw Failures.of(e);
    } catch (IOException e) {
      throw Failures.ofSink(e);
    }
  }

  @Override
  public int stopCommands(String sandboxId) {
    // Wakes a sleeping sandbox, because its processes would continue when another client wakes it.
    try (Sandbox sandbox = client.connect(sandboxId)) {
      int stopped = 0;
      StartMarkers markers = new StartMarkers(sandbox, Activity.getExecutionContext().getInfo());
      for (ProcessRef ref : markers.allStarted()) {
        stopped += isStopped(sandbox, ref) ? 1 : 0;
      }
      return stopped;
    } catch (NotFoundException e) {
      return 0;
    } catch (SandboxException e) {
      throw Failures.of(e);
    }
  }

  private static boolean isStopped(Sandbox sandbox, ProcessRef ref) {
    try (Process process = sandbox.processes().attach(ref)) {
      return process.kill();
    } catch (NotFoundException e) {
      if (e.what() == NotFoundException.What.PROCESS) {
        return false; // it has ended
      }
      throw e;
    }
  }
}
