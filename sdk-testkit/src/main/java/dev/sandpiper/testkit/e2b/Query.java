package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a query string, decoded. */
final class Query {
  private final Map<String, List<String>> values = new LinkedHashMap<>();

  private Query() {}

  /**
   * @throws IllegalArgumentException if a percent sign is not followed by two hexadecimal digits
   */
  static Query parse(@Nullable String text) {
    Query query = new Query();
    if (text == null) return query;
    for (String pair : text.split("&", -1)) {
      if (pair.isEmpty()) continue;
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      query
          .values
          .computeIfAbsent(URLDecoder.decode(name, UTF_8), key -> new ArrayList<>())
          .add(URLDecoder.decode(value, UTF_8));
    }
    return query;
  }

  @Nullable String get(String name) {
    List<String> all = all(name);
    return all.isEmpty() ? null : all.get(0);
  }

  List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }

  Map<String, List<String>> asMap() {
    return values;
  }
}
