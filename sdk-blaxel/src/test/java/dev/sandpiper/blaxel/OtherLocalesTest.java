package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ReadOptions;
import dev.sandpiper.testing.OtherLocales;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OtherLocalesTest extends OtherLocales {
  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final String FILE = "GET /sbx/filesystem/%2Ftmp%2Fa%C3%A9";

  /** What a server of this file answers, to a range too. */
  private static MockResponse.Builder answer(RecordedRequest request, byte[] file) {
    MockResponse.Builder answer =
        new MockResponse.Builder()
            .addHeader("Content-Disposition: attachment; filename=\"a\"")
            .addHeader("Last-Modified: Fri, 20 Nov 2026 17:34:01 GMT")
            .addHeader("Date: Fri, 20 Nov 2026 17:34:09 GMT");
    String range = request.getHeaders().get("Range");
    if (range == null) {
      return answer.body(new Buffer().write(file));
    }
    Matcher asked = RANGE.matcher(range);
    assertThat(asked.matches()).as(range).isTrue();
    int from = Integer.parseInt(asked.group(1));
    int to = asked.group(2).isEmpty() ? file.length : Integer.parseInt(asked.group(2)) + 1;
    byte[] part = Arrays.copyOfRange(file, from, Math.min(to, file.length));
    return answer
        .code(206)
        .addHeader(
            "Content-Range", "bytes " + from + "-" + (from + part.length - 1) + "/" + file.length)
        .body(new Buffer().write(part));
  }

  @Test
  void aPartIsAskedForInAsciiDigits() throws Exception {
    blaxel.always(FILE, request -> answer(request, "abcdefgh".getBytes(UTF_8)).build());
    ReadOptions options = ReadOptions.whole().offset(2).length(3);
    try (InputStream part = blaxel.sandbox().files().read("/tmp/a\u00e9", options)) {
      assertThat(part.readAllBytes()).asString().isEqualTo("cde");
    }
    assertThat(blaxel.first(FILE).getHeaders().get("Range")).isEqualTo("bytes=2-4");
  }

  @Test
  void aReadIsResumed() {
    byte[] file = new byte[100_000];
    new Random(1).nextBytes(file);
    AtomicInteger answers = new AtomicInteger();
    blaxel.always(
        FILE,
        request -> {
          MockResponse.Builder answer = answer(request, file);
          if (answers.getAndIncrement() == 0) {
            answer.onResponseBody(new SocketEffect.CloseSocket());
          }
          return answer.build();
        });
    assertThat(blaxel.sandbox().files().readBytes("/tmp/a\u00e9")).isEqualTo(file);
    assertThat(answers).hasValueGreaterThan(1);
  }
}
