package dev.sandpiper.e2b.connect;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;

/**
 * What a server says beside its messages, names without case and values in order. The answer of a
 * unary call, and its error, carries the trailers among its headers under a prefix; a stream has
 * them in its {@link dev.sandpiper.wire.ConnectEnd}.
 *
 * @see <a href="https://connectrpc.com/docs/protocol/#unary-response">Connect unary responses</a>
 */
@NullMarked
record ConnectMetadata(Map<String, List<String>> headers, Map<String, List<String>> trailers) {
  private static final String PREFIX = "trailer-";

  /** Takes the head of a unary answer apart. */
  static ConnectMetadata ofUnary(Map<String, List<String>> head) {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    Map<String, List<String>> trailers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    head.forEach(
        (name, values) -> {
          if (name.toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
            trailers.put(name.substring(PREFIX.length()), values);
          } else {
            headers.put(name, values);
          }
        });
    return new ConnectMetadata(headers, trailers);
  }
}
