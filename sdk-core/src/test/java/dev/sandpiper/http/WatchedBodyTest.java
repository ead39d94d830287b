package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.DeadlineExceededException.Limit;
import java.io.IOException;
import java.time.Duration;
import okio.Buffer;
import okio.ForwardingSink;
import okio.Okio;
import org.junit.jupiter.api.Test;

class WatchedBodyTest {
  private static final Duration LIMIT = Limits.standard().response();

  private final WatchedCall call =
      new WatchedCall(Limits.standard(), CallScope.open(), Time.system());

  @Test
  void flushThatBlocksIsWatchedAsWell() throws Exception {
    ForwardingSink socket =
        new ForwardingSink(Okio.blackhole()) {
          @Override
          public void flush() throws IOException {
            call.check(System.nanoTime() + LIMIT.toNanos());
            super.flush();
          }
        };
    body().writeTo(Okio.buffer(socket));

    assertThat(call.stopped()).isEqualTo(new WatchedCall.Stop.Silent(Limit.RESPONSE, LIMIT));
  }

  @Test
  void responseClockRunsOnceEverythingIsWritten() throws Exception {
    body().writeTo(new Buffer());
    call.check(System.nanoTime());
    assertThat(call.stopped()).isNull();

    call.check(System.nanoTime() + LIMIT.toNanos());
    assertThat(call.stopped()).isEqualTo(new WatchedCall.Stop.Silent(Limit.RESPONSE, LIMIT));
  }

  private WatchedBody body() {
    return new WatchedBody(HttpBody.of("text/plain", new byte[100]), call);
  }
}
