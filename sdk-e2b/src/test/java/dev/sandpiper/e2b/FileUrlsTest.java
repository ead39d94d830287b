package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.envd.SandboxAccess;
import dev.sandpiper.e2b.files.FileUrls;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.CapturedLog;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signed URLs of files, to the character. */
class FileUrlsTest {
  private static final String TOKEN = "0tQG31xiMp0IOQfaz9dcwi72L1CPo8e0";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @ParameterizedTest
  @CsvSource({
    "hello.txt, read, user, , v1_gUtH/s9YCJWgCizjfUxuWfhFE4QSydOWEIIvfLwDr6E",
    "hello.txt, read, user, 1893456000, v1_qy/yY5HGngpv8RVZNifDk5B/0sNQL2qFyEoxmvlb+NE",
    "/tmp/a b.txt, write, '', , v1_0s83QVZx0REXdIfoHMbGTIgcViPSKovayj3N8dOuc/c"
  })
  void signaturesAreTheWorkedExamples(
      String path, String operation, String user, Long expiration, String signature) {
    assertThat(FileUrls.signature(path, operation, user, TOKEN, expiration)).isEqualTo(signature);
  }

  private static FileUrls urls(String envdVersion, String token) {
    SandboxAddresses addresses = new SandboxAddresses(null, false);
    SandboxAccess access =
        new SandboxAccess(
            "abc123",
            "e2b.app",
            EnvdVersion.parse(envdVersion),
            addresses.envd("abc123", "e2b.app"),
            token.isEmpty() ? null : token,
            null);
    ManualTime time = new ManualTime(Instant.parse("2029-12-31T23:59:00.9Z"));
    return new FileUrls(access, addresses.port(SandboxAccess.ENVD_PORT, access), time);
  }

  @Test
  void aSignedUrlIsTheWorkedExample() {
    E2bFileUrl url =
        urls("0.6.13", TOKEN).download("hello.txt", E2bUrlOptions.unlimited().user("user"));
    assertThat(url.uri().getRawPath()).isEqualTo("/files");
    assertThat(url.uri().getHost()).isEqualTo("49983-abc123.e2b.app");
    assertThat(url.uri().getRawQuery().split("&"))
        .containsExactlyInAnyOrder(
            "username=user",
            "path=hello.txt",
            "signature=v1_gUtH%2Fs9YCJWgCizjfUxuWfhFE4QSydOWEIIvfLwDr6E");
    assertThat(url.headers()).isEmpty();
  }

  @Test
  void anExpiryIsSignedAndSaidAlsoIfItIsNow() {
    E2bUrlOptions inAMinute = E2bUrlOptions.expiringIn(Duration.ofSeconds(60)).user("user");
    E2bFileUrl url = urls("0.6.13", TOKEN).download("hello.txt", inAMinute);
    assertThat(url.uri().getRawQuery())
        .contains("signature_expiration=1893456000")
        .contains("v1_qy%2FyY5HGngpv8RVZNifDk5B%2F0sNQL2qFyEoxmvlb%2BNE");
    assertThat(url.expires()).contains(Instant.ofEpochSecond(1_893_456_000));
    E2bFileUrl now = urls("0.6.13", TOKEN).upload("/a", E2bUrlOptions.expiringIn(Duration.ZERO));
    assertThat(now.uri().getRawQuery()).contains("signature_expiration=1893455940");
  }

  @Test
  void anOldDaemonIsToldTheUserInTheUrlToo() {
    assertThat(urls("0.3.9", TOKEN).download("/a", E2bUrlOptions.unlimited()).uri().getRawQuery())
        .contains("username=user");
  }

  @Test
  void withoutATokenAUrlIsPlainAndCannotExpire() {
    FileUrls urls = urls("0.6.13", "");
    assertThat(urls.download("/a", E2bUrlOptions.unlimited()).uri())
        .isEqualTo(URI.create("https://49983-abc123.e2b.app/files?path=%2Fa"));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> urls.upload("/a", E2bUrlOptions.expiringIn(Duration.ofSeconds(1))))
        .withMessageContaining("no access token");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> E2bUrlOptions.expiringIn(Duration.ofSeconds(-1)));
  }

  @Test
  void aUrlIsInNoLogAndNoText() throws Exception {
    E2bFileUrl url = e2b.sandbox().files().downloadUrl("/a", E2bUrlOptions.unlimited());
    String signature = url.uri().getRawQuery().replaceAll(".*signature=", "");
    assertThat(url.uri().toString()).contains(signature);
    assertThat(url.toString()).doesNotContain(signature);
    assertThat(CapturedLog.lines()).noneMatch(line -> line.contains(signature));
    assertThat(url.headers()).containsOnlyKeys("E2b-Sandbox-Id", "E2b-Sandbox-Port");
  }
}
