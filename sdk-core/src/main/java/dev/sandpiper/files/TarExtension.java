package dev.sandpiper.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sandpiper.files.TarEntry.Kind;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Collects the extension headers that precede an entry's own header, and combines both into the
 * entry.
 */
final class TarExtension {
  private static final int NAME = 100;
  private static final int PREFIX = 345;
  private static final int LONGEST_PREFIX = 155;

  private @Nullable TarText longName;
  private @Nullable TarText longLink;
  private long longSize = -1;

  /** The entry of this header; null if it is an extension header of the next entry. */
  @Nullable TarEntry read(byte[] header, TarReader archive) throws IOException {
    long size = TarNumber.read(header, 124, 12);
    switch (header[156]) {
      case 'L' -> longName = text(archive.extension(size));
      case 'K' -> longLink = text(archive.extension(size));
      case 'x' -> readPax(archive.extension(size));
      case 'g' -> archive.extension(size); // a global header, which has no name or size: skipped
      default -> {
        return entry(header, longSize < 0 ? size : longSize);
      }
    }
    return null;
  }

  private static TarText text(byte[] bytes) throws TarFormatException {
    return TarText.ofField(bytes, 0, bytes.length);
  }

  private TarEntry entry(byte[] header, long size) throws TarFormatException {
    Kind kind = kind(header[156]);
    TarText name = longName == null ? name(header) : longName;
    TarText link = longLink == null ? TarText.ofField(header, 157, NAME) : longLink;
    boolean linked = kind == Kind.LINK || kind == Kind.HARD_LINK;
    boolean directory = kind == Kind.FILE && name.text().endsWith("/");
    return new TarEntry(
        name.text(),
        name.isUtf8() && (!linked || link.isUtf8()),
        directory ? Kind.DIRECTORY : kind,
        kind == Kind.FILE ? size : 0,
        (int) TarNumber.read(header, 100, 8) & 07777,
        linked ? link.text() : "");
  }

  private static Kind kind(byte flag) throws TarFormatException {
    return switch (flag) {
      case 0, '0', '7' -> Kind.FILE;
      case '1' -> Kind.HARD_LINK;
      case '2' -> Kind.LINK;
      case '3', '4', '6' -> Kind.SPECIAL;
      case '5' -> Kind.DIRECTORY;
      default ->
          throw new TarFormatException(
              "the archive has an entry of an unknown type: " + (flag & 0xff));
    };
  }

  /**
   * The prefix field exists only in the standard's format; GNU, with another magic, keeps times
   * there.
   */
  private static TarText name(byte[] header) throws TarFormatException {
    TarText name = TarText.ofField(header, 0, NAME);
    boolean standard = new String(header, 257, 6, US_ASCII).equals("ustar\0");
    TarText prefix = TarText.ofField(header, PREFIX, standard ? LONGEST_PREFIX : 0);
    return prefix.text().isEmpty()
        ? name
        : new TarText(prefix.text() + "/" + name.text(), prefix.isUtf8() && name.isUtf8());
  }

  /** Parses records of the form {@code length key=value }; the length includes itself. */
  private void readPax(byte[] records) throws TarFormatException {
    int at = 0;
    while (at < records.length) {
      String rest = new String(records, at, Math.min(8, records.length - at), ISO_8859_1);
      String digits = rest.split(" ", 2)[0];
      if (!digits.matches("\\d{1,7}") || digits.length() == rest.length()) {
        throw new TarFormatException("the archive has a malformed pax header");
      }
      int length = Integer.parseInt(digits);
      if (length <= digits.length() + 2 || length > records.length - at) {
        throw new TarFormatException("the archive has a pax record with an invalid length");
      }
      readRecord(records, at + digits.length() + 1, at + length - 1);
      at += length;
    }
  }

  private void readRecord(byte[] records, int from, int to) throws TarFormatException {
    int equals = from;
    while (equals < to && records[equals] != '=') {
      equals++;
    }
    if (equals == to) {
      throw new TarFormatException("the archive has a pax record without a value");
    }
    String key = new String(records, from, equals - from, ISO_8859_1);
    int start = equals + 1;
    switch (key) {
      case "path" -> longName = TarText.of(records, start, to - start);
      case "linkpath" -> longLink = TarText.of(records, start, to - start);
      case "size" -> longSize = size(TarText.of(records, start, to - start).text());
      default -> {
        if (key.startsWith("GNU.sparse")) {
          throw new TarFormatException("the archive has a sparse file, which is not supported");
        }
      }
    }
  }

  private static long size(String text) throws TarFormatException {
    if (!text.matches("\\d{1,18}")) {
      throw new TarFormatException("the archive has a malformed size");
    }
    return Long.parseLong(text);
  }
}
