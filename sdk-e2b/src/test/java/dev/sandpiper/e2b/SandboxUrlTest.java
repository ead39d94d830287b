package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Content;
import dev.sandpiper.e2b.connect.Frames;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** API and sandboxes behind addresses that have a path. */
class SandboxUrlTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private E2bSandbox sandbox(String slashes) throws Exception {
    E2bClient client =
        e2b.open(
            e2b.builder()
                .apiUrl(e2b.url() + "/corp/api" + slashes)
                .sandboxUrl(e2b.url() + "/kruise/sbx" + slashes));
    e2b.answer(200, ScriptedE2b.sandboxJson("0.6.13"));
    E2bSandbox sandbox = client.connect("isb1", Duration.ofMinutes(5));
    e2b.take("POST /corp/api/sandboxes/isb1/connect");
    return sandbox;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "//"})
  void everyRequestIsBelowThePath(String slashes) throws Exception {
    E2bSandbox sandbox = sandbox(slashes);
    e2b.answer(
        Frames.stream(Frames.start(3), Frames.stdout("x"), Frames.exited(0), Frames.goodbye()));
    sandbox.exec("true");
    e2b.take("POST /kruise/sbx/process.Process/Start");

    e2b.answer(new MockResponse.Builder().body("hello").build());
    assertThat(sandbox.files().readText("/a")).isEqualTo("hello");
    assertThat(e2b.take().getTarget()).startsWith("/kruise/sbx/files?path=");

    e2b.answer(200, "[{\"path\": \"/a\", \"name\": \"a\", \"type\": \"file\"}]");
    sandbox.files().write("/a", Content.of("x"));
    assertThat(e2b.take().getTarget()).startsWith("/kruise/sbx/files?path=");
  }

  @Test
  void signedUrlsAndEndpointsHaveThePath() throws Exception {
    E2bSandbox sandbox = sandbox("/");
    String base = e2b.url() + "/kruise/sbx";
    E2bUrlOptions options = E2bUrlOptions.unlimited();

    assertThat(sandbox.endpoint(8080).uri()).hasToString(base);
    assertThat(sandbox.endpoint(8080).headers())
        .isEqualTo(Map.of("E2b-Sandbox-Id", "isb1", "E2b-Sandbox-Port", "8080"));
    assertThat(sandbox.files().downloadUrl("/a", options).uri().toString())
        .startsWith(base + "/files?path=%2Fa&signature=v1_");
    assertThat(sandbox.files().uploadUrl("/a", options).uri().toString())
        .startsWith(base + "/files?path=%2Fa&signature=v1_");
  }

  @Test
  void theQuestionWhetherPartsCanBeJoinedIsBelowThePath(@TempDir Path directory) throws Exception {
    Path source = Files.createFile(directory.resolve("large"));
    try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
      file.setLength(17 << 20);
    }
    E2bSandbox sandbox = sandbox("");
    e2b.answer(401, "{\"message\": \"no\", \"code\": 401}");
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> sandbox.files().uploadInParts(source, "/f", PartsUploadOptions.parallel(2)))
        .isInstanceOf(dev.sandpiper.AuthenticationException.class);
    e2b.take("POST /kruise/sbx/files/compose");
  }
}
