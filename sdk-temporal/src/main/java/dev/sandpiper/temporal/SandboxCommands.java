package dev.sandpiper.temporal;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/**
 * What a workflow runs in sandboxes, through a stub with these options:
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
   * Runs a command to its end, whatever its exit status is. The command is started once: when the
   * worker is killed, the next attempt attaches to the running process. Where the platform keeps
   * output ({@link dev.sandpiper.Capability#REPLAY}) every byte is delivered; where it does not,
   * {@link KeptOutput#hasGap} says that some of it is missing.
   *
   * <p>The command is stopped with its descendants when the activity is cancelled, and when the
   * time is over that start-to-close timeout, schedule-to-close timeout and {@link
   * CommandRequest#timeout} leave it, counted from its start. A heartbeat timeout is required: it
   * is how Temporal notices that a worker was killed. Cancellation arrives with a heartbeat, which
   * the Temporal SDK sends after up to 80% of that timeout.
   *
   * <p>Fails without a retry, with the type {@code CommandTimeout} when the time was over (the
   * detail is the {@link CommandOutcome} so far), {@code StartUnknown} if it is unknown whether the
   * command was started, {@code NotStarted} when the sandbox could not start it, or the simple name
   * of a {@link dev.sandpiper.SandboxException} that another attempt would not change, such as
   * {@code NotFoundException}.
   */
  @ActivityMethod
  CommandOutcome runCommand(CommandRequest request);

  /**
   * Stops what {@link #runCommand} of this workflow run has left running in a sandbox, with its
   * descendants: for a detached scope at the end of a workflow. An activity that is cancelled while
   * it waits for its next attempt runs on no worker, so that nothing else stops its command before
   * its time is over.
   *
   * @return how many commands were stopped; 0 if the sandbox is gone
   */
  @ActivityMethod
  int stopCommands(String sandboxId);
}
