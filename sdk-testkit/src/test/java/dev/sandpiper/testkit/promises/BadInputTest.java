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
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
    assertThatThrownBy(() -> clientWith("E2B_API_KEY", "sk secret"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("no header can hold")
        .message()
        .doesNotContain("sk secret");
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
          .hasMessageContaining("check the domain");
    }
  }

  @Test
  void anUnknownTemplateIsNotFoundAndLeavesNoSandbox() {
    assertThatThrownBy(() -> client.create(SandboxSpec.template("no-such-template")))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.TEMPLATE))
        .hasMessageContaining("no-such-template");
  }

  @Test
  void aMissingWorkingDirectoryIsNamed() {
    assertThatThrownBy(
            () -> sandbox.processes().exec(Command.of("true").directory("/no/such/place")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("start true: ")
        .hasMessageContaining("/no/such/place");
  }

  @Test
  void aSourceThatFailsMidwayMayHaveSentAPart() {
    InputStream failing =
        new FilterInputStream(new ByteArrayInputStream(new byte[100_000])) {
          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            if (read < 0) {
              throw new IOException("my disk");
            }
            return read;
          }
        };
    assertThatThrownBy(() -> sandbox.files().write("half", Content.of(failing)))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("a part of it may have arrived");
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
}
