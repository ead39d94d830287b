package dev.sandpiper.testkit.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.machine.ExactPath;
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
   * Reads what follows a question mark; null is empty.
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

  /** Into bytes, which need not be UTF-8: they may be a file's name. */
  private static String decode(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      if (b == '+') {
        b = ' ';
      } else if (b == '%') {
        b = (byte) (digit(bytes, i + 1) << 4 | digit(bytes, i + 2));
        i += 2;
      }
      bytes[length++] = b;
    }
    return ExactPath.text(bytes, length);
  }

  private static int digit(byte[] bytes, int position) {
    int digit = position < bytes.length ? Character.digit(bytes[position], 16) : -1;
    if (digit < 0) throw new MalformedException();
    return digit;
  }

  public @Nullable String get(String name) {
    List<String> all = all(name);
    return all.isEmpty() ? null : all.get(0);
  }

  public List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }
}
