package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.FileMessages.ONE_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sandpiper.Content;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.WriteOptions;
import java.util.Map;
import mockwebserver3.RecordedRequest;
import okio.Buffer;
import okio.GzipSource;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a write may say beside the bytes: metadata, and that they are compressed. */
class FileOptionsTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @Test
  void metadataAndGzipAreSent() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, ONE_FILE);
    E2bWriteOptions options =
        E2bWriteOptions.of(WriteOptions.inPlace())
            .metadata(Map.of("Author", "Ada L", "x|y", ""))
            .gzip();
    sandbox.files().write("/a", Content.of("content"), options);
    RecordedRequest request = e2b.take("POST /files?path=%2Fa");
    assertThat(request.getHeaders().get("X-Metadata-author")).isEqualTo("Ada L");
    assertThat(request.getHeaders().get("X-Metadata-x|y")).isEmpty();
    assertThat(request.getHeaders().get("Content-Encoding")).isEqualTo("gzip");
    Buffer body = new Buffer().write(ScriptedE2b.body(request));
    assertThat(Okio.buffer(new GzipSource(body)).readUtf8()).isEqualTo("content");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a:b", "a\nb", "\u00fc", "a\0"})
  void metadataWithOtherNamesIsRefused(String name) {
    E2bWriteOptions options = E2bWriteOptions.of(WriteOptions.inPlace());
    assertThatIllegalArgumentException().isThrownBy(() -> options.metadata(Map.of(name, "x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gr\u00fc\u00df", "a\nb", "a\r\nX-Evil: 1", "\t", " a", "a ", "\u007f"})
  void metadataWithOtherValuesIsRefusedWithoutRepeatingThem(String value) {
    E2bWriteOptions options = E2bWriteOptions.of(WriteOptions.inPlace());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.metadata(Map.of("name", value)))
        .withMessageContaining("name")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("Evil"));
  }

  @Test
  void metadataIsAsLongAsTheDaemonAllows() {
    E2bWriteOptions options = E2bWriteOptions.of(WriteOptions.inPlace());
    options.metadata(Map.of("k".repeat(246), "x"));
    options.metadata(Map.of("a", "x".repeat(4086)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.metadata(Map.of("k".repeat(247), "x")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.metadata(Map.of("a", "x".repeat(4087))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.metadata(Map.of("a", "x", "A", "y")));
  }

  @Test
  void anOldDaemonCannotKeepMetadata() throws Exception {
    E2bFilesystem files = e2b.sandbox("0.6.1").files();
    E2bWriteOptions options =
        E2bWriteOptions.of(WriteOptions.inPlace().atomic()).metadata(Map.of("a", "b"));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> files.write("/a", Content.of("x"), options))
        .withMessageContaining("0.6.2")
        .withMessageContaining("0.6.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\rb", "\tb", "a\u0001", "\u007f", "\u001b[2J", "a\u001f"})
  void aControlCharacterInANameOfSeveralIsRefusedBeforeAnythingIsSent(String name)
      throws Exception {
    E2bFilesystem files = e2b.sandbox().files();
    E2bWriteOptions plain = E2bWriteOptions.of(WriteOptions.inPlace());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.writeAll(Map.of("/" + name, Content.of("x")), plain))
        .withMessageContaining("control character");
  }
}
