package dev.sandpiper.testkit.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Paths as text, byte for byte and in any locale. A file name is bytes; each byte that is not valid
 * UTF-8 is represented as a lone surrogate, U+DC00 plus the byte. Java's own text for such a name
 * loses these bytes, but its paths keep them, and their URIs show them.
 */
public final class ExactPath {
  private static final int ESCAPE = 0xdc00;
  private static final String HEXADECIMAL = "0123456789ABCDEF";

  private ExactPath() {}

  /**
   * Converts text to a path.
   *
   * @param text absolute
   * @throws FileSystemException with the kernel's message if no file can have such a name
   */
  public static Path of(String text) throws FileSystemException {
    if (text.indexOf('\0') >= 0) throw new FileSystemException(text, null, "Invalid argument");
    if (isAscii(text)) return Path.of(text);
    StringBuilder uri = new StringBuilder("file://");
    for (byte b : bytes(text)) {
      boolean plain = b == '/' || (b < 0x7f && b >= 0 && Character.isLetterOrDigit(b));
      if (plain) {
        uri.append((char) b);
      } else {
        uri.append('%').append(HEXADECIMAL.charAt(b >> 4 & 15)).append(HEXADECIMAL.charAt(b & 15));
      }
    }
    return Path.of(URI.create(uri.toString().replaceFirst("^file:///+", "file:///")));
  }

  public static String text(Path path) {
    String text = path.toString();
    if (isAscii(text)) return text;
    // A URI is absolute: a relative path is resolved against the root, which is then removed again.
    String encoded = Path.of("/").resolve(path).toUri().getRawPath();
    if (!path.isAbsolute()) encoded = encoded.substring(1);
    byte[] bytes = new byte[encoded.length()];
    int length = 0;
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%') {
        c = (char) Integer.parseInt(encoded, i + 1, i + 3, 16);
        i += 2;
      }
      bytes[length++] = (byte) c;
    }
    if (length > 1 && bytes[length - 1] == '/') length--; // a directory's URI ends in a slash
    return text(bytes, length);
  }

  /** The text for a name's bytes. */
  public static String text(byte[] bytes, int length) {
    CharsetDecoder decoder = UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
    CharBuffer out = CharBuffer.allocate(length);
    CoderResult result = decoder.decode(in, out, true);
    while (result.isError()) {
      for (int i = 0; i < result.length(); i++) out.put((char) (ESCAPE + (in.get() & 0xff)));
      result = decoder.reset().decode(in, out, true);
    }
    return out.flip().toString();
  }

  /** The bytes of a name. */
  public static byte[] bytes(String text) {
    if (isUtf8(text)) return text.getBytes(UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(text.length() * 3);
    for (int i = 0; i < text.length(); i++) {
      int point = text.codePointAt(i);
      if (isEscape(point)) {
        bytes.put((byte) point);
      } else {
        bytes.put(Character.toString(point).getBytes(UTF_8));
        i += Character.charCount(point) - 1;
      }
    }
    byte[] exact = new byte[bytes.flip().remaining()];
    bytes.get(exact);
    return exact;
  }

  /** Whether a text has only characters, so that it can be in a message. */
  public static boolean isUtf8(String text) {
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      if (isEscape(text.codePointAt(i))) return false;
    }
    return true;
  }

  /** A text for JSON that clients do not rely on: malformed UTF-8 is replaced by U+FFFD. */
  public static String readable(String text) {
    if (isUtf8(text)) return text;
    return text.codePoints()
        .map(point -> isEscape(point) ? 0xfffd : point)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean isEscape(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) return false;
    }
    return true;
  }

  /** The last name in a path, {@code /} for the root. */
  public static String name(String path) {
    int end = path.length();
    while (end > 1 && path.charAt(end - 1) == '/') end--;
    return end <= 1
        ? path.substring(0, end)
        : path.substring(path.lastIndexOf('/', end - 1) + 1, end);
  }

  /** Normalizes an absolute path textually, without resolving links. */
  public static String clean(String path) {
    Deque<String> names = new ArrayDeque<>();
    for (String name : path.split("/", -1)) {
      if (name.equals("..")) {
        names.pollLast();
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.add(name);
      }
    }
    return "/" + String.join("/", names);
  }

  /** The parent of a path, normalized textually. */
  public static String parent(String path) {
    return clean(path.substring(0, path.lastIndexOf('/') + 1));
  }
}
