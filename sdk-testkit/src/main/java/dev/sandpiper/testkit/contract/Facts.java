package dev.sandpiper.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.Capability;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Filesystem;
import dev.sandpiper.Processes;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.Signal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

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

  /** Fails with the sizes and the first difference, instead of printing two long arrays. */
  static void assertSameBytes(byte[] actual, byte[] expected) {
    int differs = Arrays.mismatch(actual, expected);
    if (differs < 0) return;
    throw new AssertionError(
        "expected "
            + expected.length
            + " bytes and got "
            + actual.length
            + ", which differ from offset "
            + differs
            + " on");
  }

  /**
   * The exception of this type that a call throws. AssertJ has its own method for this, whose
   * signature differs between the versions that the contract runs with.
   */
  static <T extends Throwable> T thrown(Class<T> type, ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOf(type);
    return type.cast(thrown);
  }

  /** Blocks until a command has created this file in the working directory. */
  default void awaitFile(String name) {
    Patience.until(
        name + " is made",
        () -> files().list(".").stream().anyMatch(file -> file.name().equals(name)));
  }
}
