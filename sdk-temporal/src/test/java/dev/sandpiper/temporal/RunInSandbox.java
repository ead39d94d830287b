package dev.sandpiper.temporal;

import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;

/** The workflow of the tests. */
@WorkflowInterface
public interface RunInSandbox {

  /**
   * Runs one command.
   *
   * @param queue of the workers that run commands
   * @param retrySeconds the pause before a next attempt
   */
  @WorkflowMethod
  CommandOutcome run(CommandRequest request, String queue, int retrySeconds);

  /** Its code. */
  final class Code implements RunInSandbox {
    @Override
    public CommandOutcome run(CommandRequest request, String queue, int retrySeconds) {
      SandboxCommands commands =
          Workflow.newActivityStub(
              SandboxCommands.class,
              ActivityOptions.newBuilder()
                  .setTaskQueue(queue)
                  .setStartToCloseTimeout(Duration.ofMinutes(1))
                  .setHeartbeatTimeout(Duration.ofSeconds(3))
                  .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                  .setRetryOptions(
                      RetryOptions.newBuilder()
                          .setInitialInterval(Duration.ofSeconds(retrySeconds))
                          .build())
                  .build());
      try {
        return commands.runCommand(request);
      } finally {
        Workflow.newDetachedCancellationScope(() -> commands.stopCommands(request.sandboxId()))
            .run();
      }
    }
  }
}
