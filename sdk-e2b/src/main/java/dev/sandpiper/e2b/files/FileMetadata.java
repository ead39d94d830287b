package dev.sandpiper.e2b.files;

import dev.sandpiper.http.HttpRequest;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What E2B stores with a file, on its way in: one header for each name. */
public final class FileMetadata {
  private static final String HEADER = "X-Metadata-";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+\\-.^_`|~]+");
  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]*");
  private static final int LONGEST_NAME = 246;
  private static final int LONGEST_SUM = 4096;

  /** What the server puts before each name, and counts. */
  private static final int PREFIX = "user.e2b.".length();

  private FileMetadata() {}

  /** The same in lower case, as it comes back. */
  public static Map<String, String> checked(Map<String, String> values) {
    Map<String, String> all = new TreeMap<>();
    values.forEach(
        (name, value) -> {
          requireName(name);
          requireValue(name, value);
          if (all.put(name.toLowerCase(Locale.ROOT), value) != null) {
            throw new IllegalArgumentException(
                "metadata names are case-insensitive: there are two of '" + name + "'");
          }
        });
    int sum = all.entrySet().stream().mapToInt(FileMetadata::cost).sum();
    if (sum > LONGEST_SUM) {
      throw new IllegalArgumentException(
          "metadata of " + sum + " bytes, " + LONGEST_SUM + " are possible");
    }
    return Map.copyOf(all);
  }

  private static int cost(Map.Entry<String, String> entry) {
    return PREFIX + entry.getKey().length() + entry.getValue().length();
  }

  private static void requireName(String name) {
    if (!NAME.matcher(name).matches() || name.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "a metadata name is 1 to "
              + LONGEST_NAME
              + " of letters, digits and !#$%&'*+-.^_`|~; not valid: '"
              + name
              + "'");
    }
  }

  /** The value may be a secret, and is not repeated. */
  private static void requireValue(String name, String value) {
    if (!VALUE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "the metadata of '" + name + "' is not all printable ASCII, which is all E2B keeps");
    }
    if (!value.equals(value.strip())) {
      throw new IllegalArgumentException(
          "the metadata of '" + name + "' has blanks at an end, which HTTP would drop");
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
