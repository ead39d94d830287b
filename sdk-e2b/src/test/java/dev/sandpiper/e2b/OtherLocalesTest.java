package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ReadOptions;
import dev.sandpiper.testing.OtherLocales;
import java.io.InputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OtherLocalesTest extends OtherLocales {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private static MockResponse.Builder answer(String body) {
    return new MockResponse.Builder()
        .addHeader("Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT")
        .addHeader("Date: Sat, 21 Nov 2026 10:00:00 GMT")
        .body(body);
  }

  private void assertRange(String range) throws InterruptedException {
    RecordedRequest request = e2b.take("GET /files?path=%2Fa");
    assertThat(request.getHeaders().get("Range")).isEqualTo(range);
  }

  @Test
  void aPartIsAskedForInAsciiDigits() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(answer("cde").code(206).addHeader("Content-Range: bytes 2-4/26").build());
    try (InputStream part = sandbox.files().read("/a", ReadOptions.whole().offset(2).length(3))) {
      assertThat(part.readAllBytes()).asString().isEqualTo("cde");
    }
    assertRange("bytes=2-4");
  }

  @Test
  void aReadIsResumed() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        answer("hello")
            .setHeader("Content-Length", 12)
            .onResponseEnd(new SocketEffect.CloseSocket())
            .build());
    e2b.answer(answer(" world\n").code(206).addHeader("Content-Range: bytes 5-11/12").build());
    assertThat(sandbox.files().readText("/a")).isEqualTo("hello world\n");
    e2b.take();
    assertRange("bytes=5-11");
  }
}
