package dev.sandpiper.temporal;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.sandpiper.testing.FreePort;
import dev.sandpiper.testkit.LocalSandboxes;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.testserver.TestServer;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Temporal's in-memory server on a port, and the worker JVMs that a test starts. */
final class Temporal {
  private static final String WORKFLOWS = "workflows";

  private final TestServer.PortBoundTestServer server;
  private final WorkflowServiceStubs service;
  private final WorkerFactory factory;
  private final List<Process> workers = new ArrayList<>();
  final String address;
  final WorkflowClient client;

  Temporal() {
    int port = FreePort.any();
    server = TestServer.createPortBoundServer(port, true);
    address = "127.0.0.1:" + port;
    service = WorkerProgram.service(address);
    client = WorkflowClient.newInstance(service);
    factory = WorkerFactory.newInstance(client);
    factory.newWorker(WORKFLOWS).registerWorkflowImplementationTypes(RunInSandbox.Code.class);
    factory.start();
  }

  WorkflowStub start(Path directory, String queue, CommandRequest request, int retrySeconds) {
    WorkflowStub workflow =
        client.newUntypedWorkflowStub(
            "RunInSandbox", WorkflowOptions.newBuilder().setTaskQueue(WORKFLOWS).build());
    workflow.start(request, WorkerProgram.queue(queue, directory), retrySeconds);
    return workflow;
  }

  /** Starts a JVM with a worker, which lives until it is killed. */
  Process startWorker(LocalSandboxes local, Object... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                WorkerProgram.class.getName(),
                address));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(local.e2bEnvironment());
    builder.environment().putAll(local.blaxelEnvironment());
    Process worker = builder.start();
    workers.add(worker);
    return worker;
  }

  static void kill(Process worker) throws InterruptedException {
    worker.destroyForcibly();
    if (!worker.waitFor(10, SECONDS)) {
      throw new AssertionError("the worker lives");
    }
  }

  /** False also of one that is dead and that its parent has not buried, which has no program. */
  static boolean runs(long pid) {
    return ProcessHandle.of(pid).flatMap(process -> process.info().command()).isPresent();
  }

  /** Waits for what takes another JVM's start, or Temporal's notice of a dead worker. */
  static void until(String fact, Callable<Boolean> holds) throws Exception {
    long end = System.nanoTime() + SECONDS.toNanos(60);
    while (!holds.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("still not true after 60 s: " + fact);
      }
      Thread.sleep(20);
    }
  }

  /** Kills the workers that are left, and ends the server. */
  void stop() throws InterruptedException {
    for (Process worker : workers) {
      kill(worker);
    }
    factory.shutdownNow();
    factory.awaitTermination(5, SECONDS);
    service.shutdownNow();
    service.awaitTermination(5, SECONDS);
    server.close();
  }
}
