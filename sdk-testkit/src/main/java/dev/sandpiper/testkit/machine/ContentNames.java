package dev.sandpiper.testkit.machine;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The file name and content type of a download. */
public final class ContentNames {
  private static final String UNKNOWN = "application/octet-stream";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final Map<String, String> BY_EXTENSION =
      Map.ofEntries(
          Map.entry("txt", TEXT),
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("htm", "text/html; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("xml", "text/xml; charset=utf-8"),
          Map.entry("csv", "text/csv; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("pdf", "application/pdf"),
          Map.entry("wasm", "application/wasm"),
          Map.entry("gif", "image/gif"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("png", "image/png"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("webp", "image/webp"),
          Map.entry("avif", "image/avif"),
          Map.entry("bin", UNKNOWN));

  private ContentNames() {}

  /**
   * The type by the name's extension, otherwise by the beginning of the content.
   *
   * @param head the first bytes, or null to use the name only
   */
  public static String type(String name, byte @Nullable [] head) {
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    String known = name.indexOf('.') < 0 ? null : BY_EXTENSION.get(extension);
    if (known != null) return known;
    if (head == null) return UNKNOWN;
    return looksLikeText(head) ? TEXT : UNKNOWN;
  }

  /** False if there are control characters that text does not have. */
  private static boolean looksLikeText(byte[] head) {
    for (byte b : head) {
      boolean binary = b >= 0 && b < 0x20 && "\t\n\f\r\u001b".indexOf(b) < 0;
      if (binary) return false;
    }
    return true;
  }

  /** A Content-Disposition that displays instead of saves. */
  public static String inline(String name) {
    if (name.matches("[A-Za-z0-9!#$&+.^_`|~*'%-]+")) return "inline; filename=" + name;
    if (name.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      return "inline; filename=\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
    return "inline; filename*=utf-8''" + percentEncode(name);
  }

  private static String percentEncode(String name) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : ExactPath.bytes(name)) {
      char c = (char) (b & 0xff);
      boolean plain = c > 0x20 && c < 0x7f && "*'%()<>@,;:\\\"/[]?=".indexOf(c) < 0;
      encoded.append(plain ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
    }
    return encoded.toString();
  }
}
