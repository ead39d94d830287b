package dev.sandpiper.testkit.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a query string, decoded. */
public final class Query {
  /** A percent sign is not followed by two hexadecimal digits. */
  public static final class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MalformedException() {
      super("the query is not percent-encoded");
    }
  }

  private final Map<String, List<String>> values = new LinkedHashMap<>();

  private Query() {}

  /**
   * Parses the text after the question mark; null is empty.
   *
   * @throws MalformedException if it cannot be decoded
   */
  public static Query parse(@Nullable String text) {
    Query query = new Query();
    if (text == null) return query;
    for (String pair : text.split("&", -1)) {
      if (pair.isEmpty()) continue;
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      query.values.computeIfAbsent(decode(name), key -> new ArrayList<>()).add(decode(value));
    }
    return query;
  }

  private static String decode(String text) {
    String decoded = PercentEncoding.decode(text.replace('+', ' '));
    if (decoded == null) throw new MalformedException();
    return decoded;
  }

  public @Nullable String get(String name) {
    List<String> all = all(name);
    return all.isEmpty() ? null : all.get(0);
  }

  public List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }
}
