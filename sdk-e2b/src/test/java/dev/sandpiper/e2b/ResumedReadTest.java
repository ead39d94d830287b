package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.testing.CapturedLog;
import java.io.InputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads that go on behind a break, byte for byte. */
class ResumedReadTest {
  private static final String THEN = "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT";
  private static final String NOW = "Date: Sat, 21 Nov 2026 10:00:00 GMT";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private static MockResponse head(String... headers) {
    MockResponse.Builder response = new MockResponse.Builder();
    for (String header : headers) {
      response.addHeader(header);
    }
    return response.build();
  }

  /** A whole file whose connection closes in its middle. */
  private static MockResponse cut(String date) {
    return head(THEN, date)
        .newBuilder()
        .body("hello")
        .setHeader("Content-Length", 12)
        .onResponseEnd(new SocketEffect.CloseSocket())
        .build();
  }

  private static MockResponse rest(String range, String body) {
    return head(THEN, NOW, "Content-Range: " + range).newBuilder().code(206).body(body).build();
  }

  @Test
  void aReadThatBreaksGoesOnWhereItBroke() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(cut(NOW));
    e2b.answer(rest("bytes 5-11/12", " world\n"));
    assertThat(sandbox.files().readText("/a")).isEqualTo("hello world\n");
    e2b.take();
    RecordedRequest again = e2b.take("GET /files?path=%2Fa");
    assertThat(again.getHeaders().get("Range")).isEqualTo("bytes=5-11");
    assertThat(again.getHeaders().get("If-Range")).isEqualTo(THEN.substring(15));
    assertThat(CapturedLog.lines()).anyMatch(line -> line.contains("resuming there"));
  }

  @Test
  void aReadDoesNotGoOnInAnotherFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(cut(NOW));
    e2b.answer(head(NOW).newBuilder().body("other").build());
    assertBroken(sandbox, "was changed");
    e2b.answer(cut(NOW));
    e2b.answer(rest("bytes 5-12/13", " world!\n"));
    assertBroken(sandbox, "was changed");
    for (int i = 0; i < 4; i++) {
      e2b.take();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Date: Tue, 14 Nov 2023 22:13:20 GMT", "Date: never", "X: y"})
  void aReadDoesNotGoOnWhereTheFileMayBeAnother(String date) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(cut(date));
    assertBroken(sandbox, "before the end of the file");
    e2b.take();
  }

  private static void assertBroken(E2bSandbox sandbox, String says) {
    assertThatThrownBy(
            () -> {
              try (InputStream stream = sandbox.files().read("/a")) {
                stream.readAllBytes();
              }
            })
        .isInstanceOfSatisfying(
            SandboxIOException.class,
            e -> assertThat(e.getCause()).isInstanceOf(ConnectionLostException.class))
        .hasMessageContaining(says);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bytes 0-1/2", "bytes 6-5/12", "bytes 6-12/12", "bytes */12", "6-11"})
  void aPartThatIsAnotherIsMalformed(String range) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(rest(range, "world\n"));
    assertThatThrownBy(
            () -> sandbox.files().read("/a", dev.sandpiper.ReadOptions.whole().offset(6)).close())
        .isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes 0-4/10|hello",
        "bytes 1-9/10|ellohello",
        "bytes 0-10/11|hellohello!",
        "bytes 0-9/*|hellohello",
        "bytes 0-9/99999999999999999999|hellohello"
      })
  void aShortPartIsNotTakenForTheWhole(String range, String body) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(rest(range, body));
    assertThatThrownBy(
            () -> sandbox.files().read("/a", dev.sandpiper.ReadOptions.whole().length(10)).close())
        .isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @ParameterizedTest
  @CsvSource({"Content-Length, 9", "Content-Encoding, gzip"})
  void aPartWhoseHeadContradictsItselfIsMalformed(String header, String value) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(rest("bytes 0-9/10", "hellohello").newBuilder().setHeader(header, value).build());
    assertThatThrownBy(
            () -> sandbox.files().read("/a", dev.sandpiper.ReadOptions.whole().length(10)).close())
        .isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"bytes 5-8/12|' wor'", "bytes 4-11/12|'o world\n'", "bytes 5-11/12|' world\n\n'"})
  void theRestOfABrokenReadIsExactlyTheRest(String range, String body) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(cut(NOW));
    e2b.answer(rest(range, body));
    assertThatThrownBy(() -> sandbox.files().readText("/a"))
        .isInstanceOf(WireFormatException.class);
    e2b.take();
    e2b.take();
  }

  @Test
  void aRestThatIsCutIsAskedForAgainWhereItBroke() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(cut(NOW));
    e2b.answer(
        rest("bytes 5-11/12", " wo")
            .newBuilder()
            .setHeader("Content-Length", 7)
            .onResponseEnd(new SocketEffect.CloseSocket())
            .build());
    e2b.answer(rest("bytes 8-11/12", "rld\n"));
    assertThat(sandbox.files().readText("/a")).isEqualTo("hello world\n");
    e2b.take();
    e2b.take();
    assertThat(e2b.take().getHeaders().get("Range")).isEqualTo("bytes=8-11");
  }

  @Test
  void anEncodingThatNobodyAskedForIsNoFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(head("Content-Encoding: br").newBuilder().body("packed").build());
    assertThatThrownBy(() -> sandbox.files().read("/a")).isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc/cpuinfo", "/tmp/link", "//sys/./class/net/lo/mtu"})
  void whatHasNoEndThatCanBeSoughtIsAskedForInGzip(String path) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Buffer packed = new Buffer();
    try (var sink = Okio.buffer(new okio.GzipSink(packed))) {
      sink.writeUtf8("processor : 0");
    }
    e2b.answer(500, "{\"code\": 500, \"message\": \"seeker can't seek\"}");
    e2b.answer(head("Content-Encoding: gzip").newBuilder().body(packed).build());
    try (InputStream stream =
        sandbox.files().read(path, dev.sandpiper.ReadOptions.whole().offset(4).length(5))) {
      assertThat(new String(stream.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo("essor");
    }
    e2b.take();
    RecordedRequest again = e2b.take();
    assertThat(again.getHeaders().values("Accept-Encoding")).containsExactly("gzip");
    assertThat(again.getHeaders().get("Range")).isNull();
  }

  @Test
  void aSizeInSysProvesNothing() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Buffer packed = new Buffer();
    try (var sink = Okio.buffer(new okio.GzipSink(packed))) {
      sink.writeUtf8("65536\n");
    }
    e2b.answer(
        head(THEN, NOW)
            .newBuilder()
            .body("65536\n")
            .setHeader("Content-Length", 4096)
            .onResponseEnd(new SocketEffect.CloseSocket())
            .build());
    e2b.answer(head("Content-Encoding: gzip").newBuilder().body(packed).build());
    assertThat(sandbox.files().readText("/sys/class/net/lo/mtu")).isEqualTo("65536\n");
    e2b.take();
    e2b.take();
  }
}
