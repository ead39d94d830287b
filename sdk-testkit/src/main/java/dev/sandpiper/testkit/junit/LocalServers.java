package dev.sandpiper.testkit.junit;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.testkit.LocalSandboxes;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/** The servers and the client of one test class, and its sandbox if its tests share one. */
final class LocalServers {
  private final SandboxTest options;
  private final LocalSandboxes local = LocalSandboxes.start();
  private final SandboxClient client; // shared by all tests, except those with the fake
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock. Null until a test needs it, or if each test has its own. */
  private @Nullable Sandbox shared;

  LocalServers(SandboxTest options) {
    this.options = options;
    try {
      client = options.value().client(local);
    } catch (RuntimeException e) {
      local.close();
      throw e;
    }
  }

  LocalSandboxes local() {
    return local;
  }

  /** The resources of one test, with its faults. */
  OpenedByTest opened(List<WithFault> faults) {
    boolean isShared = options.shared();
    SandboxClient own = isFake() && !isShared ? options.value().client(local) : client;
    OpenedByTest opened = new OpenedByTest(own, isShared ? this::sharedSandbox : null);
    if (!faults.isEmpty()) {
      if (isFake()) {
        throw new ExtensionConfigurationException(
            "the fake has no connection for @WithFault: use FakeSandboxes.failNext");
      }
      breakDown(opened, faults);
    }
    return opened;
  }

  private void breakDown(OpenedByTest opened, List<WithFault> faults) {
    try {
      opened.breakDown(sandbox -> new FaultyConnection(options.value(), local, sandbox, faults));
    } catch (RuntimeException e) {
      try (opened) {
        throw e;
      }
    }
  }

  LocalPlatform platform() {
    return options.value();
  }

  private boolean isFake() {
    return options.value() == LocalPlatform.FAKE;
  }

  /** The argument for a method that is called once for the class. */
  Object shared(Class<?> type) {
    if (SandboxClient.class.isAssignableFrom(type)) return client;
    if (options.shared()) return sharedSandbox();
    throw new ParameterResolutionException(
        "each test has a sandbox of its own: @SandboxTest(shared = true) gives the class one");
  }

  private Sandbox sharedSandbox() {
    lock.lock();
    try {
      if (shared == null) shared = client.create(SandboxSpec.standard());
      return shared;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    try (local;
        client) {
      if (shared != null) shared.close();
    }
  }
}
