package dev.sandpiper.testkit.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;

/** What clients send to any embedded server, as fuzzers feed it. */
public final class RequestReaders {
  private RequestReaders() {}

  public static void form(byte[] input) throws IOException {
    Multipart form = new Multipart(new ByteArrayInputStream(input), "edge");
    for (Multipart.Part part; (part = form.next()) != null; ) {
      part.fileName();
      assertThat(part.content().readAllBytes().length).isLessThanOrEqualTo(input.length);
    }
  }

  public static void parameters(byte[] input) {
    HeaderParameters.parse(new String(input, ISO_8859_1));
  }

  public static void range(byte[] input) throws ByteRange.UnsatisfiableException {
    for (ByteRange range : ByteRange.parse(new String(input, ISO_8859_1), 1000)) {
      assertThat(range.first()).isNotNegative();
      assertThat(range.first() + range.length()).isLessThanOrEqualTo(1000);
    }
  }

  public static void query(byte[] input) {
    Query.parse(new String(input, ISO_8859_1));
  }
}
