package dev.sandpiper.temporal;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.io.PrintStream;
import java.time.Duration;

/** An example: a build that goes on when its worker is killed. Runs on Blaxel with your key. */
public final class DurableBuild {
  private static final String QUEUE = "builds";

  private DurableBuild() {}

  /** One build in one sandbox. */
  @WorkflowInterface
  public interface Build {
    @WorkflowMethod
    String build(String sandboxId);
  }

  /** Its code, which Temporal replays: everything that runs in the sandbox is an activity. */
  public static final class BuildCode implements Build {
    private final SandboxCommands commands =
        Workflow.newActivityStub(
            SandboxCommands.class,
            ActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofHours(1))
                .setHeartbeatTimeout(Duration.ofSeconds(15))
                .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                .build());

    @Override
    public String build(String sandboxId) {
      try {
        CommandRequest make = CommandRequest.shell(sandboxId, "echo compiling; sleep 1; echo done");
        CommandOutcome outcome = commands.runCommand(make.withTimeout(Duration.ofMinutes(30)));
        return outcome.exit() + "\n" + outcome.stdout().text();
      } finally {
        Workflow.newDetachedCancellationScope(() -> commands.stopCommands(sandboxId)).run();
      }
    }
  }

  public static void main(String[] args) {
    WorkflowServiceStubs service = WorkerProgram.service(args[0]);
    try (SandboxClient client = BlaxelClient.fromEnvironment()) {
      run(WorkflowClient.newInstance(service), client, System.out);
    } finally {
      service.shutdownNow();
    }
  }

  static void run(WorkflowClient temporal, SandboxClient client, PrintStream out) {
    WorkerFactory factory = WorkerFactory.newInstance(temporal);
    Worker worker = factory.newWorker(QUEUE);
    worker.registerWorkflowImplementationTypes(BuildCode.class);
    worker.registerActivitiesImplementations(SandboxCommandActivities.of(client));
    factory.start();
    try (Sandbox sandbox = client.create(SandboxSpec.standard())) {
      Build build =
          temporal.newWorkflowStub(
              Build.class, WorkflowOptions.newBuilder().setTaskQueue(QUEUE).build());
      out.print(build.build(sandbox.id()));
    } finally {
      factory.shutdownNow();
    }
  }
}
