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

/** The resources for the facts of one promise. */
interface Facts {
  /** The client of the class; facts do not close it. */
  SandboxClient client();

  /** The platform's capabilities. */
  Set<Capability> capabilities();

  /** The spec for new sandboxes. */
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

  /** Fails unless a process died of this signal, as exactly as the platform reports signals. */
  default void assertDiedOf(Signal signal, ExitStatus status) {
    if (capabilities().contains(Capability.EXIT_SIGNALS)) {
      assertThat(status).isEqualTo(new ExitStatus.Signaled(signal));
    } else {
      assertThat(status.isSuccess()).isFalse();
    }
  }

  /** Blocks until a command has created this file in the working directory. */
  default void awaitFile(String name) {
    Patience.until(
        name + " is made",
        () -> files().list(".").stream().anyMatch(file -> file.name().equals(name)));
  }
}
