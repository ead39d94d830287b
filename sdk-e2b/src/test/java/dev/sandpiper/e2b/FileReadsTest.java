package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.FileTransfers.assertEnvdHeaders;
import static dev.sandpiper.e2b.FileTransfers.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.SandboxIOException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Reads and downloads, byte for byte. */
class FileReadsTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @TempDir Path directory;

  /** A body that promises more than it has. */
  private static MockResponse cutShort() {
    return new MockResponse.Builder()
        .body("half")
        .setHeader("Content-Length", 8)
        .onResponseEnd(new SocketEffect.CloseSocket())
        .build();
  }

  private static MockResponse gzipped(String text) throws IOException {
    Buffer body = new Buffer();
    try (var sink = Okio.buffer(new GzipSink(body))) {
      sink.writeUtf8(text);
    }
    return new MockResponse.Builder().addHeader("Content-Encoding: gzip").body(body).build();
  }

  @Test
  void readStreamsTheBytesAsTheyAre() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    byte[] binary = new byte[70_000];
    for (int i = 0; i < binary.length; i++) {
      binary[i] = (byte) (i * 31);
    }
    e2b.answer(new MockResponse.Builder().body(new Buffer().write(binary)).build());
    try (InputStream stream = sandbox.files().read("/tmp/a b&c=ü.bin")) {
      assertThat(stream.read()).isZero();
      assertThat(stream.readAllBytes())
          .isEqualTo(java.util.Arrays.copyOfRange(binary, 1, binary.length));
      assertThat(stream.read()).isEqualTo(-1);
    }
    RecordedRequest request = e2b.take();
    assertThat(request.getMethod()).isEqualTo("GET");
    assertThat(request.getUrl().encodedPath()).isEqualTo("/files");
    assertThat(request.getUrl().queryParameterNames()).containsExactly("path");
    assertThat(request.getUrl().queryParameter("path")).isEqualTo("/tmp/a b&c=ü.bin");
    assertEnvdHeaders(request);
    assertThat(ScriptedE2b.body(request).size()).isZero();
  }

  @Test
  void plusAndPercentInAPathAreThemselves() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(bytes("x"));
    sandbox.files().read("/a+b%2Fc#d").close();
    assertThat(e2b.take().getTarget()).isEqualTo("/files?path=%2Fa%2Bb%252Fc%23d");
  }

  @Test
  void anOldDaemonIsToldTheUserOfAFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox("0.3.9");
    e2b.answer(bytes("x"));
    sandbox.files().read("/a").close();
    e2b.take("GET /files?path=%2Fa&username=user");
  }

  @Test
  void whatSeemsEmptyIsAskedForAgainInGzip() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(bytes(""));
    e2b.answer(gzipped("Linux version 6"));
    try (InputStream stream = sandbox.files().read("/proc/version")) {
      assertThat(stream.readAllBytes()).asString(UTF_8).isEqualTo("Linux version 6");
    }
    assertThat(e2b.take().getHeaders().values("Accept-Encoding")).containsExactly("identity");
    assertThat(e2b.take().getHeaders().values("Accept-Encoding")).containsExactly("gzip");
  }

  @Test
  void whatIsEmptyIsEmpty() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(bytes(""));
    e2b.answer(gzipped(""));
    e2b.answer(bytes(""));
    e2b.answer(bytes(""));
    for (int i = 0; i < 2; i++) {
      try (InputStream stream = sandbox.files().read("/empty")) {
        assertThat(stream.readAllBytes()).isEmpty();
      }
      e2b.take();
      e2b.take();
    }
  }

  @Test
  void anEndBeforeThePromisedLengthIsNoEnd() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(cutShort());
    try (InputStream stream = sandbox.files().read("/a")) {
      assertThatThrownBy(stream::readAllBytes)
          .isInstanceOfSatisfying(
              SandboxIOException.class,
              e -> assertThat(e.getCause()).isInstanceOf(ConnectionLostException.class))
          .hasMessageContaining("before the end of the file");
    }
    e2b.take();
  }

  @Test
  void aGzipThatIsCutIsNoEnd() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Buffer whole = new Buffer();
    try (var sink = Okio.buffer(new GzipSink(whole))) {
      sink.writeUtf8("some text that is long enough to be cut");
    }
    Buffer part = new Buffer();
    part.write(whole, whole.size() - 4);
    e2b.answer(bytes(""));
    e2b.answer(new MockResponse.Builder().addHeader("Content-Encoding: gzip").body(part).build());
    try (InputStream stream = sandbox.files().read("/proc/x")) {
      assertThatThrownBy(stream::readAllBytes).isInstanceOf(SandboxIOException.class);
    }
    e2b.take();
    e2b.take();
  }

  @Test
  void closingEarlyGivesTheTransferUp() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        new MockResponse.Builder()
            .body("x".repeat(100))
            .setHeader("Content-Length", 1_000_000)
            .build());
    InputStream stream = sandbox.files().read("/big");
    assertThat(stream.read()).isEqualTo('x');
    stream.close();
    stream.close();
    e2b.take();
  }

  @Test
  void downloadReplacesTheFileWhole() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Path target = Files.writeString(directory.resolve("target"), "before");
    e2b.answer(bytes("after"));
    sandbox.files().download("/a", target);
    assertThat(target).hasContent("after");
    assertThat(directory.toFile().list()).containsExactly("target");
    e2b.take();
  }

  @Test
  void whatIsDownloadedIsAsReadableAsAnyNewFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Path other = Files.createFile(directory.resolve("other"));
    Path target = directory.resolve("target");
    e2b.answer(bytes("x"));
    sandbox.files().download("/a", target);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo(PosixFilePermissions.toString(Files.getPosixFilePermissions(other)));
    e2b.take();
  }

  @Test
  void aDownloadThatBreaksLeavesTheTargetAsItWas() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Path target = Files.writeString(directory.resolve("target"), "before");
    e2b.answer(cutShort());
    assertThatThrownBy(() -> sandbox.files().download("/a", target))
        .isInstanceOf(ConnectionLostException.class);
    assertThat(target).hasContent("before");
    assertThat(directory.toFile().list()).containsExactly("target");
    e2b.take();
  }

  @Test
  void aDownloadIntoNowhereIsTheCallersError() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(bytes("x"));
    e2b.answer(bytes("x"));
    assertThatThrownBy(() -> sandbox.files().download("/a", directory.resolve("no/such")))
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> sandbox.files().download("/a", directory))
        .isInstanceOf(UncheckedIOException.class);
    e2b.take();
    e2b.take();
  }
}
