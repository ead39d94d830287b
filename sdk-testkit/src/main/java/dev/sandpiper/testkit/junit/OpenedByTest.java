package dev.sandpiper.testkit.junit;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What one test is given, and what it has opened through it. */
final class OpenedByTest {
  private final OpenResources resources = new OpenResources();
  private final SandboxClient client;
  private final @Nullable Supplier<Sandbox> shared;

  /** Null until the test asks for it. */
  private @Nullable Sandbox sandbox;

  OpenedByTest(SandboxClient client, @Nullable Supplier<Sandbox> shared) {
    this.client = client;
    this.shared = shared;
  }

  SandboxClient client() {
    return Tracked.client(client, resources);
  }

  Sandbox sandbox() {
    if (sandbox == null) {
      sandbox = shared == null ? client.create(SandboxSpec.standard()) : shared.get();
    }
    return Tracked.sandbox(sandbox, resources);
  }

  /** Closes what is open. */
  void close() {
    List<OpenResources.Resource> left = resources.closeAll();
    if (sandbox != null && shared == null) sandbox.close();
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
