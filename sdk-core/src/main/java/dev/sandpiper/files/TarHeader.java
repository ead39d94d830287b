package dev.sandpiper.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/**
 * Writes the headers of one entry in GNU's format, whose long names BusyBox reads too. Owners are
 * not recorded.
 */
final class TarHeader {
  private static final int NAME = 100;
  private static final String LONG = "././@LongLink";

  private TarHeader() {}

  static byte[] file(String name, int mode, long size, long seconds) {
    return headers(name, "", '0', mode, size, seconds);
  }

  static byte[] directory(String name, int mode, long seconds) {
    return headers(name + "/", "", '5', mode, 0, seconds);
  }

  static byte[] link(String name, String target, long seconds) {
    return headers(name, target, '2', 0777, 0, seconds);
  }

  private static byte[] headers(
      String name, String link, char type, int mode, long size, long seconds) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] linkBytes = link.getBytes(UTF_8);
    byte[] nameBytes = name.getBytes(UTF_8);
    extend(all, 'K', linkBytes);
    extend(all, 'L', nameBytes);
    all.writeBytes(header(nameBytes, linkBytes, type, mode, size, seconds));
    return all.toByteArray();
  }

  private static void extend(ByteArrayOutputStream all, char type, byte[] text) {
    if (text.length > NAME) {
      int length = text.length + 1;
      all.writeBytes(header(LONG.getBytes(US_ASCII), new byte[0], type, 0644, length, 0));
      all.writeBytes(text);
      all.writeBytes(new byte[TarReader.BLOCK - text.length % TarReader.BLOCK]);
    }
  }

  private static byte[] header(
      byte[] name, byte[] link, char type, int mode, long size, long seconds) {
    byte[] header = new byte[TarReader.BLOCK];
    System.arraycopy(name, 0, header, 0, Math.min(NAME, name.length));
    TarNumber.write(mode, header, 100, 8);
    TarNumber.write(0, header, 108, 8);
    TarNumber.write(0, header, 116, 8);
    TarNumber.write(size, header, 124, 12);
    TarNumber.write(Math.max(0, seconds), header, 136, 12);
    header[156] = (byte) type;
    System.arraycopy(link, 0, header, 157, Math.min(NAME, link.length));
    System.arraycopy("ustar  \0".getBytes(US_ASCII), 0, header, 257, 8);
    long sum = 8L * ' ';
    for (byte b : header) {
      sum += b & 0xff;
    }
    TarNumber.write(sum, header, 148, 7);
    header[155] = ' ';
    return header;
  }
}
