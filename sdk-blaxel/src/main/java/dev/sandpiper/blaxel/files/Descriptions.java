package dev.sandpiper.blaxel.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.wire.MalformedStreamException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the output of {@code describe.sh}, in hexadecimal digits. Not thread-safe.
 *
 * <p>The platform's own listing is not sufficient: it lacks mode, time and owner of directories and
 * the targets of links, follows a link that is listed, and fails as a whole if one entry is removed
 * meanwhile.
 */
public final class Descriptions {
  private static final Pattern END = Pattern.compile("end (\\d{1,3})");
  private static final Pattern FRACTION = Pattern.compile("\\.(\\d{9})\\b");
  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final int LINK = 0120000;

  private final ByteBuffer bytes;
  private final List<FileInfo> entries = new ArrayList<>();
  private final List<String> unreadable = new ArrayList<>();
  private OptionalInt status = OptionalInt.empty();

  private Descriptions(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  public static Descriptions parse(byte[] digits) throws MalformedStreamException {
    Descriptions descriptions = new Descriptions(HexDigits.decode(digits));
    while (descriptions.status.isEmpty()) {
      descriptions.readGroup();
    }
    if (descriptions.bytes.hasRemaining()) {
      throw new MalformedStreamException("data after the end of the descriptions");
    }
    return descriptions;
  }

  private void readGroup() throws MalformedStreamException {
    String head = US_ASCII.decode(field()).toString();
    Matcher end = END.matcher(head);
    if (end.matches()) {
      status = OptionalInt.of(Integer.parseInt(end.group(1)));
      return;
    }
    if (!head.matches("\\d{1,8}")) {
      throw new MalformedStreamException("descriptions without a count");
    }
    int count = Integer.parseInt(head);
    List<ByteBuffer> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(field());
    }
    String[] known = UTF_8.decode(field()).toString().split("\n", -1);
    if (known.length != count) {
      throw new MalformedStreamException("a count that does not match the descriptions");
    }
    for (int i = 0; i < count; i++) {
      add(names.get(i), known[i], field());
    }
  }

  private ByteBuffer field() throws MalformedStreamException {
    int start = bytes.position();
    while (bytes.hasRemaining()) {
      if (bytes.get() == 0) {
        return bytes.slice(start, bytes.position() - 1 - start);
      }
    }
    throw new MalformedStreamException("truncated descriptions");
  }

  private void add(ByteBuffer path, String known, ByteBuffer target)
      throws MalformedStreamException {
    try {
      entries.add(info(text(path), known, text(target)));
    } catch (CharacterCodingException e) {
      unreadable.add(UTF_8.decode(path.rewind()).toString());
    }
  }

  private static String text(ByteBuffer bytes) throws CharacterCodingException {
    return UTF_8.newDecoder().decode(bytes.rewind()).toString();
  }

  private static FileInfo info(String path, String known, String target)
      throws MalformedStreamException {
    String[] parts = known.split("\\|", -1);
    try {
      String name = path.length() == 1 ? path : path.substring(path.lastIndexOf('/') + 1);
      boolean isPlaced = path.startsWith("/") && SandboxPaths.isName(name, path);
      long size = parts.length == 6 ? Long.parseLong(parts[1]) : -1;
      if (!isPlaced || size < 0) {
        throw new MalformedStreamException("a malformed description of a file");
      }
      int mode = Integer.parseInt(parts[0], 16);
      FileType type = type(mode);
      FileInfo info =
          FileInfo.named(path, name, type)
              .withStatus(size, mode & 07777, parts[4], parts[5], time(parts[2], parts[3]));
      return type == FileType.LINK && !target.isEmpty() ? info.withLinkTarget(target) : info;
    } catch (NumberFormatException | DateTimeException e) {
      throw new MalformedStreamException("a description with invalid numbers");
    }
  }

  private static FileType type(int mode) {
    return switch (mode & TYPE) {
      case REGULAR -> FileType.FILE;
      case DIRECTORY -> FileType.DIRECTORY;
      case LINK -> FileType.LINK;
      default -> FileType.OTHER;
    };
  }

  /** The time, from the seconds that every {@code stat} prints, and the fraction in its date. */
  private static Instant time(String seconds, String date) {
    Matcher fraction = FRACTION.matcher(date);
    long nanos = fraction.find() ? Long.parseLong(fraction.group(1)) : 0;
    return Instant.ofEpochSecond(Long.parseLong(seconds), nanos);
  }

  public List<FileInfo> entries() {
    return entries;
  }

  /**
   * Names that are not UTF-8, or whose link targets are not, decoded with replacement characters.
   */
  List<String> unreadable() {
    return unreadable;
  }

  /** True if all entries were described. */
  boolean isWhole() {
    return status.orElse(-1) == 0;
  }
}
