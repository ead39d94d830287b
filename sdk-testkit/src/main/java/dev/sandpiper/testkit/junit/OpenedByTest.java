package dev.sandpiper.testkit.junit;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The arguments of one test, and the resources opened through them. */
final class OpenedByTest implements AutoCloseable {
  private final OpenResources resources = new OpenResources();
  private final SandboxClient client;
  private final @Nullable Supplier<Sandbox> shared;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Null until the test requests it. */
  private @Nullable Sandbox sandbox;

  /** Null for a test without faults. */
  private @Nullable FaultyConnection faulty;

  OpenedByTest(SandboxClient client, @Nullable Supplier<Sandbox> shared) {
    this.client = client;
    this.shared = shared;
  }

  /** From now on the test's arguments use this connection. */
  void breakDown(Function<Sandbox, FaultyConnection> connection) {
    faulty = connection.apply(direct());
  }

  /** The client itself, which need not be closed. */
  SandboxClient untracked() {
    return faulty == null ? client : faulty.client();
  }

  SandboxClient client() {
    return Tracked.client(untracked(), resources);
  }

  Sandbox sandbox() {
    return faulty == null
        ? Tracked.sandbox(direct(), resources, true)
        : Tracked.sandbox(faulty.sandbox(), resources, false);
  }

  private Sandbox direct() {
    if (sandbox == null) {
      sandbox = shared == null ? client.create(SandboxSpec.standard()) : shared.get();
    }
    return sandbox;
  }

  /** Closes the open resources. Idempotent, because JUnit closes it too. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) return;
    List<OpenResources.Resource> left = resources.closeAll();
    try {
      if (faulty != null) faulty.close();
    } finally {
      if (sandbox != null && shared == null) sandbox.close();
    }
    if (left.isEmpty()) return;
    AssertionError leak =
        new AssertionError(
            left.stream()
                .map(each -> "\n  " + each)
                .collect(Collectors.joining("", "still open at the end of the test:", "")));
    left.forEach(each -> leak.addSuppressed(each.opened()));
    throw leak;
  }
}
