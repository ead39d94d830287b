package dev.sandpiper.e2b.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.http.CannedTransport;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import okhttp3.HttpUrl;

/** What the old API answers, as fuzzers feed it. */
public final class SessionReaders {
  private SessionReaders() {}

  public static void process(byte[] input) {
    HttpRequest request = HttpRequest.of(SessionCall.FOLLOW, "x", HttpUrl.get("http://localhost/"));
    try (HttpResponse response = new CannedTransport(input).send(request)) {
      ProcessState state = ProcessState.read(response);
      SeenLines seen = new SeenLines(input.length % 7);
      seen.fresh(state.stdout());
      assertThat(seen.fresh(state.stdout()).orElseThrow()).isEmpty();
      assertThat(seen.offset()).isNotNegative();
    }
  }
}
