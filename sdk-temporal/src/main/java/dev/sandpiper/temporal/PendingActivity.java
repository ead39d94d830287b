package dev.sandpiper.temporal;

import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowTargetOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An activity whose attempt here has ended for Temporal: checks whether another attempt will
 * follow.
 */
record PendingActivity(ActivityExecutionContext context) {
  private static final Logger log = LoggerFactory.getLogger(PendingActivity.class);

  /**
   * False only if Temporal says so: a command that another attempt may need is not stopped on a
   * guess.
   */
  boolean isWaitedFor() {
    ActivityInfo activity = context.getInfo();
    if (!activity.isInWorkflow()) {
      return true;
    }
    try {
      WorkflowTargetOptions target =
          WorkflowTargetOptions.newBuilder()
              .setWorkflowId(activity.getWorkflowId())
              .setRunId(activity.getWorkflowRunId())
              .build();
      WorkflowStub workflow = context.getWorkflowClient().newUntypedWorkflowStub(target);
      return isPending(workflow.describe().getRawDescription(), activity.getActivityId());
    } catch (RuntimeException e) {
      log.warn(
          "activity {} of {}: whether it is tried again is not known, so its command runs on: {}",
          activity.getActivityId(),
          activity.getWorkflowId(),
          e.toString());
      return true;
    }
  }

  private static boolean isPending(DescribeWorkflowExecutionResponse workflow, String activityId) {
    boolean isRunning =
        workflow.getWorkflowExecutionInfo().getStatus()
            == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    return isRunning
        && workflow.getPendingActivitiesList().stream()
            .anyMatch(pending -> pending.getActivityId().equals(activityId));
  }
}
