package dev.sandpiper.temporal;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.E2bClient;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.WorkflowClient;
import io.temporal.common.interceptors.ActivityExecutionContextBase;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A worker for both platforms in a JVM of its own, to be killed: {@code WorkerProgram address
 * directory [halt]}. With {@code halt} it dies in the place of sending its first progress.
 */
final class WorkerProgram {
  static final int HALTED = 77;

  /** Every heartbeat is sent: one of three seconds' limit may then be late by almost as much. */
  private static final WorkerOptions OPTIONS =
      WorkerOptions.newBuilder().setMaxHeartbeatThrottleInterval(Duration.ofMillis(200)).build();

  private WorkerProgram() {}

  public static void main(String[] args) {
    WorkflowClient temporal = WorkflowClient.newInstance(service(args[0]));
    WorkerFactoryOptions.Builder options = WorkerFactoryOptions.newBuilder();
    if (args.length > 2) {
      options.setWorkerInterceptors(new LostProgress(() -> Runtime.getRuntime().halt(HALTED)));
    }
    WorkerFactory factory = WorkerFactory.newInstance(temporal, options.build());
    register(factory, "e2b", E2bClient.fromEnvironment(), Path.of(args[1]));
    register(factory, "blaxel", BlaxelClient.fromEnvironment(), Path.of(args[1]));
    factory.start();
  }

  static WorkflowServiceStubs service(String address) {
    return WorkflowServiceStubs.newServiceStubs(
        WorkflowServiceStubsOptions.newBuilder().setTarget(address).build());
  }

  /** Commands of queue {@code sink-platform} write to files, those of {@code kept-platform} not. */
  static void register(
      WorkerFactory factory, String platform, SandboxClient client, Path directory) {
    Worker kept = factory.newWorker(queue("kept-" + platform, directory), OPTIONS);
    kept.registerActivitiesImplementations(SandboxCommandActivities.of(client));
    Worker sink = factory.newWorker(queue("sink-" + platform, directory), OPTIONS);
    sink.registerActivitiesImplementations(
        SandboxCommandActivities.of(
            client, (activity, request) -> FileSink.open(directory, activity.getWorkflowId())));
  }

  /** Of one test alone: no worker of another test is asked for its commands. */
  static String queue(String name, Path directory) {
    return name + "-" + directory.getFileName();
  }

  /** Has a fault happen in the place of each progress, which Temporal does not get to know. */
  static final class LostProgress extends WorkerInterceptorBase {
    private final Runnable fault;

    LostProgress(Runnable fault) {
      this.fault = fault;
    }

    @Override
    public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
      return new ActivityInboundCallsInterceptorBase(next) {
        @Override
        public void init(ActivityExecutionContext context) {
          super.init(
              new ActivityExecutionContextBase(context) {
                @Override
                public <V> void heartbeat(V details) throws ActivityCompletionException {
                  if (details != null) { // the command has started
                    fault.run();
                  }
                  super.heartbeat(null);
                }
              });
        }
      };
    }
  }
}
