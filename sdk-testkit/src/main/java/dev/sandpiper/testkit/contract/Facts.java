package dev.sandpiper.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Capability;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Filesystem;
import dev.sandpiper.Processes;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.Signal;
import java.nio.file.Path;
import java.util.Set;

/** What the facts of one promise work with. */
interface Facts {
  /** The client of the class; nobody closes it here. */
  SandboxClient client();

  /** What the platform can do. */
  Set<Capability> capabilities();

  /** What a sandbox is created from. */
  SandboxSpec spec();

  /** A sandbox of this test's own, created by the first call. */
  Sandbox sandbox();

  /** An empty directory of this test's own, on the caller's side. */
  Path directory();

  default Processes processes() {
    return sandbox().processes();
  }

  default Filesystem files() {
    return sandbox().files();
  }

  /** Fails unless a process ended so, as exactly as the platform tells a signal from an exit. */
  default void assertDiedOf(Signal signal, ExitStatus status) {
    if (capabilities().contains(Capability.EXIT_SIGNALS)) {
      assertThat(status).isEqualTo(new ExitStatus.Signaled(signal));
    } else {
      assertThat(status.isSuccess()).isFalse();
    }
  }

  /** Blocks until a command has made this file where commands start. */
  default void awaitFile(String name) {
    Patience.until(
        name + " is made",
        () -> files().list(".").stream().anyMatch(file -> file.name().equals(name)));
  }
}
