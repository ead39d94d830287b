package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad input gets an error that says what, where and what to do, and nothing is half done. */
class BadInputTest extends LocalE2bTest {

  private static E2bClient clientWith(String name, String value) {
    Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
    environment.put(name, value);
    return E2bClient.builder().environment(environment).build();
  }

  @Test
  void aMissingKeySaysHowToGiveOne() {
    assertThatThrownBy(() -> clientWith("E2B_API_KEY", ""))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("E2B_API_KEY");
  }

  @Test
  void aMalformedKeyIsNotRepeated() {
    assertThatThrownBy(() -> clientWith("E2B_API_KEY", "sk-secret"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("e2b_0123456789abcdef")
        .message()
        .doesNotContain("sk-secret");
  }

  @Test
  void aWrongKeyIsRefused() {
    try (E2bClient stranger = clientWith("E2B_API_KEY", "e2b_0123456789abcdef")) {
      assertThatThrownBy(() -> stranger.create(SandboxSpec.standard()))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageStartingWith("create base: ")
          .hasMessageContaining("401");
    }
  }

  @Test
  void aWrongDomainIsAHostThatIsUnknown() {
    Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
    environment.remove("E2B_API_URL");
    environment.put("E2B_DOMAIN", "no-such-host.invalid");
    try (E2bClient lost = E2bClient.builder().environment(environment).build()) {
      assertThatThrownBy(() -> lost.create(SandboxSpec.standard()))
          .isInstanceOf(ConnectionLostException.class)
          .hasMessageContaining("api.no-such-host.invalid")
          .hasMessageContaining("is the domain right?");
    }
  }

  @Test
  void anUnknownSandboxIsNotFound() {
    assertThatThrownBy(() -> client.connect("nosuchsandbox"))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.SANDBOX))
        .hasMessageContaining("nosuchsandbox");
  }

  @Test
  void anUnknownTemplateIsNotFoundAndLeavesNoSandbox() {
    assertThatThrownBy(() -> client.create(SandboxSpec.template("no-such-template")))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.TEMPLATE))
        .hasMessageContaining("no-such-template");
  }

  @Test
  void aKilledSandboxIsNotFoundByEveryVerb() {
    Sandbox gone = client.create(SandboxSpec.standard());
    gone.kill();
    assertGone(() -> gone.exec("true"));
    assertGone(() -> gone.files().exists("/tmp"));
    assertGone(() -> gone.files().read("/etc/passwd"));
    assertGone(() -> gone.files().write("/tmp/x", Content.of("x")));
    assertGone(() -> gone.processes().start(Command.of("true")));
    assertGone(gone::info);
  }

  private static void assertGone(Runnable verb) {
    assertThatThrownBy(verb::run)
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.SANDBOX));
  }

  @Test
  void aMissingWorkingDirectoryIsAnInvalidRequest() {
    assertThatThrownBy(
            () -> sandbox.processes().exec(Command.of("true").directory("/no/such/place")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("start true: ")
        .hasMessageContaining("/no/such/place");
  }

  @Test
  void anUnknownUserIsAnInvalidRequest() {
    assertThatThrownBy(() -> sandbox.processes().exec(Command.of("true").user("nobodyatall")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("nobodyatall");
  }

  @Test
  void anArgumentAboveTheKernelsLimitIsRefusedWithoutBeingRepeated() {
    String huge = "x".repeat(200_000);
    assertThatThrownBy(() -> sandbox.exec("echo", huge))
        .isInstanceOf(InvalidRequestException.class)
        .message()
        .hasSizeLessThan(1_000);
  }

  @Test
  void aNulIsRefusedBeforeAnythingIsSent() {
    assertThatThrownBy(() -> sandbox.exec("echo", "a\0b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("argument 1");
    assertThatThrownBy(() -> sandbox.files().exists("a\0b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NUL");
  }

  @Test
  void negativeLimitsAreRefused() {
    Duration negative = Duration.ofSeconds(-1);
    assertThatThrownBy(() -> Command.of("true").timeout(negative))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SandboxSpec.standard().timeToLive(negative))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> sandbox.expireIn(negative))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> E2bClient.builder().idleLimit(negative))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aMissingFileIsNotFoundAndLeavesNothing(@TempDir Path directory) throws IOException {
    Path target = Files.writeString(directory.resolve("target"), "as it was");
    assertThatThrownBy(() -> sandbox.files().download("missing", target))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.FILE))
        .hasMessageContaining("missing");
    assertThat(target).hasContent("as it was");
    assertThat(directory.toFile().list()).containsExactly("target");
  }

  @Test
  void aDirectoryIsNoFile() {
    sandbox.shell("mkdir directory").orThrow();
    assertThatThrownBy(() -> sandbox.files().read("directory"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("directory");
    assertThatThrownBy(() -> sandbox.files().write("directory", Content.of("x")))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aMissingLocalFileIsNotUploaded() {
    assertThatThrownBy(() -> sandbox.files().upload(Path.of("no-such-file"), "target"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no-such-file");
    assertThat(sandbox.files().exists("target")).isFalse();
  }

  @Test
  void aSourceThatFailsMidwayIsToldWithItsReason() {
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
    assertThatThrownBy(() -> sandbox.files().write("half", Content.of(failing)))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("a part may have arrived")
        .hasRootCause(mine);
  }

  @Test
  void aReferenceOfAnotherSandboxIsRefused() {
    ProcessRef foreign = new ProcessRef("e2b", "othersandbox", "1", "nonce");
    assertThatThrownBy(() -> sandbox.processes().attach(foreign))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("othersandbox");
  }

  @Test
  void aProcessThatNobodyKnowsIsNotFound() {
    ProcessRef stranger = new ProcessRef("e2b", sandbox.id(), "1", "nonce");
    assertThatThrownBy(() -> sandbox.processes().attach(stranger))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.PROCESS));
  }

  @Test
  void everyMessageNamesItsOperationAndSubject() {
    assertThatThrownBy(() -> sandbox.files().read("/no/such/file"))
        .isInstanceOfSatisfying(
            SandboxException.class,
            e -> {
              assertThat(e.operation()).isEqualTo("read");
              assertThat(e.subject()).isEqualTo("/no/such/file");
            });
  }
}
