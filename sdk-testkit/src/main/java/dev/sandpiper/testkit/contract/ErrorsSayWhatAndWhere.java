package dev.sandpiper.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.SandboxSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The error of a bad request names the operation, its subject and what to do; nothing is half done.
 */
interface ErrorsSayWhatAndWhere extends Facts {
  private String platform() {
    try (Process process = processes().start(Command.of("true"))) {
      return process.ref().platform();
    }
  }

  @Fact
  default void anUnknownSandboxIsNotFound() {
    assertThatThrownBy(() -> client().connect("nosuchsandbox"))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.SANDBOX))
        .hasMessageContaining("nosuchsandbox");
  }

  @Fact
  default void anUnknownTemplateIsNotFoundAndLeavesNoSandbox() {
    assertThatThrownBy(() -> client().create(SandboxSpec.template("no-such-template")))
        .isInstanceOfAny(NotFoundException.class, InvalidRequestException.class)
        .hasMessageContaining("no-such-template");
  }

  @Fact
  default void aKilledSandboxIsNotRunningForEveryVerb() {
    assertThat(sandbox().kill()).isTrue();
    Patience.until("the sandbox is gone", () -> !sandbox().kill());
    assertGone(() -> sandbox().exec("true"));
    assertGone(() -> files().list("/tmp"));
    assertGone(() -> files().read("/etc/passwd"));
    assertGone(() -> files().write("/tmp/x", Content.of("x")));
    assertGone(() -> processes().start(Command.of("true")));
  }

  private static void assertGone(Runnable verb) {
    assertThatThrownBy(verb::run).isInstanceOf(SandboxNotRunningException.class);
  }

  @Fact
  default void aMissingWorkingDirectoryIsAnInvalidRequest() {
    assertThatThrownBy(
            () -> sandbox().processes().exec(Command.of("true").directory("/no/such/place")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("start true: ");
  }

  @Fact
  @Needs(Capability.USER)
  default void anUnknownUserIsAnInvalidRequest() {
    assertThatThrownBy(() -> sandbox().processes().exec(Command.of("true").user("nobodyatall")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("nobodyatall");
  }

  @Fact
  default void anArgumentAboveTheKernelsLimitIsRefusedWithoutBeingRepeated() {
    String huge = "x".repeat(200_000);
    assertThatThrownBy(() -> sandbox().exec("echo", huge))
        .isInstanceOf(InvalidRequestException.class)
        .message()
        .hasSizeLessThan(1_000);
  }

  @Fact
  default void aNulIsRefusedBeforeAnythingIsSent() {
    assertThatThrownBy(() -> sandbox().exec("echo", "a\0b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("argument 1");
    assertThatThrownBy(() -> files().list("a\0b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NUL");
  }

  @Fact
  default void negativeLimitsAreRefused() {
    Duration negative = Duration.ofSeconds(-1);
    assertThatThrownBy(() -> Command.of("true").timeout(negative))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SandboxSpec.standard().timeToLive(negative))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Fact
  default void aMissingFileIsNotFoundAndLeavesNothing() throws IOException {
    Path target = Files.writeString(directory().resolve("target"), "as it was");
    assertThatThrownBy(() -> sandbox().files().download("missing", target))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.FILE))
        .hasMessageContaining("missing");
    assertThat(target).hasContent("as it was");
    assertThat(directory().toFile().list()).containsExactly("target");
  }

  @Fact
  default void aDirectoryIsNotAFile() {
    sandbox().shell("mkdir directory");
    assertThatThrownBy(() -> sandbox().files().read("directory"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("directory");
    assertThatThrownBy(() -> sandbox().files().write("directory", Content.of("x")))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Fact
  default void aMissingLocalFileIsNotUploaded() {
    assertThatThrownBy(() -> sandbox().files().upload(Path.of("no-such-file"), "target"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no-such-file");
    assertThat(files().list(".")).isEmpty();
  }

  @Fact
  default void aSourceThatFailsMidwayIsReportedWithItsReason() {
    IOException mine = new IOException("my disk");
    InputStream failing =
        new SequenceInputStream(
            new ByteArrayInputStream(new byte[100_000]),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw mine;
              }

              @Override
              public int read(byte[] target, int offset, int length) throws IOException {
                throw mine;
              }
            });
    assertThatThrownBy(() -> sandbox().files().write("half", Content.of(failing)))
        .isInstanceOf(CancelledException.class)
        .hasRootCause(mine);
  }

  @Fact
  @Needs(Capability.ATTACH)
  default void aReferenceOfAnotherSandboxIsRefused() {
    ProcessRef foreign = new ProcessRef(platform(), "othersandbox", "1", "nonce");
    assertThatThrownBy(() -> sandbox().processes().attach(foreign))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("othersandbox");
  }

  @Fact
  @Needs(Capability.ATTACH)
  default void aProcessThatNobodyKnowsIsNotFound() {
    ProcessRef stranger = new ProcessRef(platform(), sandbox().id(), "1", "nonce");
    assertThatThrownBy(() -> sandbox().processes().attach(stranger))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.PROCESS));
  }

  @Fact
  default void everyMessageNamesItsOperationAndSubject() {
    assertThatThrownBy(() -> sandbox().files().read("/no/such/file"))
        .isInstanceOfSatisfying(
            SandboxException.class,
            e -> {
              assertThat(e.operation()).isEqualTo("read");
              assertThat(e.subject()).isEqualTo("/no/such/file");
            });
  }
}
