package dev.sandpiper.mcp;

import dev.sandpiper.Capability;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.agent.ToolOptions;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.E2bClient;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sandbox of the command and its tools. {@link #close} kills a sandbox that was created here
 * and leaves an existing one running. The time to live of a created one is extended while this
 * program runs, so it ends some minutes after a program that was killed.
 */
final class ServedSandbox implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServedSandbox.class);

  private final SandboxClient client;
  private final Sandbox sandbox;
  private final SandboxTools tools;
  private final ScheduledExecutorService timer;
  private final ReentrantLock closing = new ReentrantLock();
  private boolean closed; // guarded by closing

  private ServedSandbox(SandboxClient client, Sandbox sandbox, SandboxTools tools) {
    this.client = client;
    this.sandbox = sandbox;
    this.tools = tools;
    this.timer = Executors.newSingleThreadScheduledExecutor(ServedSandbox::daemon);
  }

  static ServedSandbox open(McpOptions options) {
    ToolOptions toolOptions = ToolOptions.standard();
    if (options.root().isPresent()) {
      toolOptions = toolOptions.root(options.root().get());
    }
    SandboxClient client = client(options.platform());
    try {
      Sandbox sandbox = sandbox(client, options);
      ServedSandbox served =
          new ServedSandbox(client, sandbox, SandboxTools.of(sandbox, toolOptions));
      if (options.sandbox().isEmpty() && sandbox.capabilities().contains(Capability.EXPIRY)) {
        served.prolong(options.timeToLive());
      }
      return served;
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private static SandboxClient client(McpOptions.Platform platform) {
    return switch (platform) {
      case E2B -> E2bClient.fromEnvironment();
      case BLAXEL -> BlaxelClient.fromEnvironment();
    };
  }

  private static Sandbox sandbox(SandboxClient client, McpOptions options) {
    if (options.sandbox().isPresent()) {
      return client.connect(options.sandbox().get());
    }
    SandboxSpec spec = options.template().map(SandboxSpec::template).orElse(SandboxSpec.standard());
    return client.create(spec.timeToLive(options.timeToLive()));
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "sandpiper-mcp-lifetime");
    thread.setDaemon(true);
    return thread;
  }

  private void prolong(Duration timeToLive) {
    long pause = timeToLive.toMillis() / 3;
    ScheduledFuture<?> unused =
        timer.scheduleWithFixedDelay(
            () -> prolongOnce(timeToLive), pause, pause, TimeUnit.MILLISECONDS);
  }

  private void prolongOnce(Duration timeToLive) {
    try {
      sandbox.expireIn(timeToLive);
    } catch (SandboxException e) {
      // Retried later; if the sandbox has ended, the next call of a tool says so.
      log.warn("the sandbox {} was not prolonged: {}", sandbox.id(), e.getMessage());
    }
  }

  SandboxTools tools() {
    return tools;
  }

  String id() {
    return sandbox.id();
  }

  /** Idempotent, also if the end of the input and a signal coincide. */
  @Override
  public void close() {
    // The second waits for the first, because the JVM must not end before the sandbox is killed.
    closing.lock();
    try {
      if (!closed) {
        closed = true;
        timer.shutdownNow();
        closeAll();
      }
    } finally {
      closing.unlock();
    }
  }

  @SuppressWarnings("try") // the resources are only closed, the last one first
  private void closeAll() {
    try (client;
        sandbox;
        tools) {
      log.debug("closing the sandbox {}", sandbox.id());
    }
  }
}
