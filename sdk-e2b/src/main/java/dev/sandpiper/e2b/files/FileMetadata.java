package dev.sandpiper.e2b.files;

import dev.sandpiper.http.HttpRequest;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The metadata that E2B stores with an uploaded file, sent as one header per name. */
public final class FileMetadata {
  private static final String HEADER = "X-Metadata-";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+\\-.^_`|~]+");
  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]*");
  private static final int LONGEST_NAME = 246;
  private static final int LONGEST_SUM = 4096;

  /** The server's prefix of each name, which counts towards the limit. */
  private static final int PREFIX = "user.e2b.".length();

  private FileMetadata() {}

  /** Validates metadata. Returns it with lower-case names, as E2B returns them. */
  public static Map<String, String> checked(Map<String, String> values) {
    Map<String, String> all = new TreeMap<>();
    values.forEach(
        (name, value) -> {
          requireName(name);
          requireValue(name, value);
          if (all.put(name.toLowerCase(Locale.ROOT), value) != null) {
            throw new IllegalArgumentException(
                "metadata names are case-insensitive: '" + name + "' is given twice");
          }
        });
    int sum = all.entrySet().stream().mapToInt(FileMetadata::cost).sum();
    if (sum > LONGEST_SUM) {
      throw new IllegalArgumentException(
          "the metadata has " + sum + " bytes, more than the limit of " + LONGEST_SUM);
    }
    return Map.copyOf(all);
  }

  private static int cost(Map.Entry<String, String> entry) {
    return PREFIX + entry.getKey().length() + entry.getValue().length();
  }

  private static void requireName(String name) {
    if (!NAME.matcher(name).matches() || name.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "a metadata name must be 1 to "
              + LONGEST_NAME
              + " letters, digits or !#$%&'*+-.^_`|~: '"
              + name
              + "'");
    }
  }

  /** Validates a value. The message does not repeat it, because it may be a secret. */
  private static void requireValue(String name, String value) {
    if (!VALUE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "the metadata of '"
              + name
              + "' must be printable ASCII, because E2B stores nothing else");
    }
    if (!value.equals(value.strip())) {
      throw new IllegalArgumentException(
          "the metadata of '"
              + name
              + "' must not begin or end with a space, which HTTP would remove");
    }
  }

  static HttpRequest addTo(HttpRequest request, Map<String, String> metadata) {
    HttpRequest all = request;
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      all = all.withHeader(HEADER + entry.getKey(), entry.getValue());
    }
    return all;
  }
}
