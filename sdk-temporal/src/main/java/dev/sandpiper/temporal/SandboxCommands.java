package dev.sandpiper.temporal;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/**
 * Runs a workflow's commands in sandboxes, through a stub with these options:
 *
 * <pre>{@code
 * SandboxCommands commands =
 *     Workflow.newActivityStub(
 *         SandboxCommands.class,
 *         ActivityOptions.newBuilder()
 *             .setStartToCloseTimeout(Duration.ofHours(1))
 *             .setHeartbeatTimeout(Duration.ofSeconds(15))
 *             .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
 *             .build());
 * }</pre>
 */
@ActivityInterface(namePrefix = "Sandpiper")
public interface SandboxCommands {

  /**
   * Runs a command to its end, whatever its exit status is. The command is started once: if the
   * worker is killed, the next attempt attaches to the running process. If the platform keeps
   * output ({@link dev.sandpiper.Capability#REPLAY}), every byte is delivered; otherwise {@link
   * KeptOutput#hasGap} says whether some of it is missing.
   *
   * <p>The command is stopped with its descendants when the activity is cancelled, and once the
   * time that start-to-close timeout, schedule-to-close timeout and {@link CommandRequest#timeout}
   * leave it has passed, counted from its start. A heartbeat timeout is required, because Temporal
   * uses it to detect that a worker was killed. Cancellation arrives with a heartbeat, which the
   * Temporal SDK sends after up to 80% of that timeout.
   *
   * <p>Fails without a retry, with the type {@code CommandTimeout} if the time limit was exceeded
   * (the detail is the {@link CommandOutcome} so far), {@code StartUnknown} if it is unknown
   * whether the command was started, {@code NotStarted} if the sandbox could not start it, or the
   * simple name of a {@link dev.sandpiper.SandboxException} that another attempt would not change,
   * such as {@code NotFoundException}.
   */
  @ActivityMethod
  CommandOutcome runCommand(CommandRequest request);

  /**
   * Stops the commands that {@link #runCommand} of this workflow run has left running in a sandbox,
   * with their descendants: for a detached scope at the end of a workflow. An activity that is
   * cancelled while it waits for its next attempt runs on no worker, so nothing else stops its
   * command before its deadline.
   *
   * @return how many commands were stopped; 0 if the sandbox has ended
   */
  @ActivityMethod
  int stopCommands(String sandboxId);
}
