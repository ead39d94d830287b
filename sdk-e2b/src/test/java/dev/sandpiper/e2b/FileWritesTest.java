package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.FileMessages.ONE_FILE;
import static dev.sandpiper.e2b.FileTransfers.assertEnvdHeaders;
import static dev.sandpiper.e2b.FileTransfers.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.Frames;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes and uploads, byte for byte. */
class FileWritesTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @TempDir Path directory;

  @Test
  void writeSendsTheBytesAsTheyAre() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        new MockResponse.Builder().addHeader("Content-Type: text/plain").body(ONE_FILE).build());
    sandbox.files().write("/tmp/ü", Content.of("a\0b\n"));

    RecordedRequest request = e2b.take("POST /files?path=%2Ftmp%2F%C3%BC");
    assertEnvdHeaders(request);
    assertThat(request.getHeaders().get("Content-Type")).isEqualTo("application/octet-stream");
    assertThat(request.getHeaders().get("Content-Length")).isEqualTo("4");
    assertThat(ScriptedE2b.body(request).utf8()).isEqualTo("a\0b\n");
  }

  @Test
  void aStreamOfUnknownLengthIsSentInChunks() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, ONE_FILE);
    byte[] bytes = "0123456789".repeat(20_000).getBytes(UTF_8);
    sandbox.files().write("/a", Content.of(new ByteArrayInputStream(bytes)));
    RecordedRequest request = e2b.take();
    assertThat(request.getHeaders().get("Transfer-Encoding")).isEqualTo("chunked");
    assertThat(ScriptedE2b.body(request).toByteArray()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[{}, {}]", "{\"path\": \"/a\"}", "null", "1"})
  void anAnswerThatDoesNotNameTheOneFileIsAnError(String answer) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, answer);
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("the sandbox did not write all uploaded files");
    e2b.take();
  }

  @Test
  void anAnswerThatCannotBeReadIsAnError() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, "<html>");
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @Test
  void aWriteThatBrokeOffSaysThatAPartMayBeThereAndIsNotRepeated() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .isInstanceOfSatisfying(
            ConnectionLostException.class, e -> assertThat(e.retryable()).isFalse())
        .hasMessageContaining("may contain a part");
    e2b.take();
  }

  @Test
  void aWriteWhoseAnswerIsLateSaysThatAPartMayBeThere() throws Exception {
    E2bClient impatient = e2b.open(e2b.builder().responseLimit(Duration.ofMillis(200)));
    E2bSandbox sandbox = e2b.sandbox(impatient, "0.6.13");
    e2b.answer(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("may contain a part")
        .hasMessageContaining("responseLimit");
    e2b.take();
  }

  @Test
  void aDiskThatFilledUpMayLeaveAPart() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(507, "{\"code\": 507}");
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .hasMessageContaining("may contain a part");
    e2b.take();
  }

  @Test
  void aSourceThatFailsIsHeardAndSentNoSecondTime() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    IOException broken = new IOException("the disk is gone");
    InputStream source =
        new SequenceInputStream(
            new ByteArrayInputStream(new byte[200_000]),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw broken;
              }

              @Override
              public int read(byte[] target, int offset, int length) throws IOException {
                throw broken;
              }
            });
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of(source)))
        .isInstanceOf(CancelledException.class)
        .hasCause(broken)
        .hasMessageContaining("a part of it may have arrived");
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(e2b.take().getFailure()).isNotNull();
  }

  @Test
  void anOldDaemonCannotTakeAStream() throws Exception {
    E2bSandbox sandbox = e2b.sandbox("0.5.6");
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("0.5.7");
  }

  @Test
  void uploadSendsTheFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Path source = Files.writeString(directory.resolve("source"), "content");
    e2b.answer(200, ONE_FILE);
    sandbox.files().upload(source, "/a");
    assertThat(ScriptedE2b.body(e2b.take("POST /files?path=%2Fa")).utf8()).isEqualTo("content");
    assertThatThrownBy(() -> sandbox.files().upload(directory.resolve("none"), "/a"))
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> sandbox.files().upload(directory, "/a"))
        .isInstanceOf(UncheckedIOException.class);
  }
}
