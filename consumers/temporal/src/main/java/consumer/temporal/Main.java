package consumer.temporal;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.temporal.CommandRequest;
import dev.sandpiper.temporal.SandboxCommandActivities;
import dev.sandpiper.temporal.SandboxCommands;
import dev.sandpiper.testkit.LocalSandboxes;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;

/** A workflow that runs one command. */
public final class Main {
  private static final String QUEUE = "commands";

  private Main() {}

  @WorkflowInterface
  public interface Sorting {
    @WorkflowMethod
    String sort(String sandboxId);
  }

  public static final class SortingCode implements Sorting {
    @Override
    public String sort(String sandboxId) {
      ActivityOptions options =
          ActivityOptions.newBuilder()
              .setStartToCloseTimeout(Duration.ofMinutes(1))
              .setHeartbeatTimeout(Duration.ofSeconds(10))
              .build();
      return Workflow.newActivityStub(SandboxCommands.class, options)
          .runCommand(CommandRequest.of(sandboxId, "sort", "birds"))
          .stdout()
          .text();
    }
  }

  public static void main(String[] arguments) {
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient client = local.e2bClient();
        Sandbox sandbox = client.create(SandboxSpec.standard());
        TestWorkflowEnvironment temporal = TestWorkflowEnvironment.newInstance()) {
      sandbox.files().writeText("birds", "plover\ncurlew\n");
      Worker worker = temporal.newWorker(QUEUE);
      worker.registerWorkflowImplementationTypes(SortingCode.class);
      worker.registerActivitiesImplementations(SandboxCommandActivities.of(client));
      temporal.start();
      WorkflowClient starter = temporal.getWorkflowClient();
      Sorting sorting =
          starter.newWorkflowStub(
              Sorting.class, WorkflowOptions.newBuilder().setTaskQueue(QUEUE).build());
      String sorted = sorting.sort(sandbox.id());
      if (!sorted.equals("curlew\nplover\n")) throw new IllegalStateException("not " + sorted);
    }
    System.out.println("the task is done: Temporal");
  }
}
