package dev.sandpiper.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** An archive in the making, as nobody honest would make it. */
final class ArchiveText {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  ArchiveText file(String name, String content) {
    return file(name, 0644, content);
  }

  ArchiveText file(String name, int mode, String content) {
    bytes.writeBytes(TarHeader.file(name, mode, content.length(), 0));
    return body(content.getBytes(ISO_8859_1));
  }

  ArchiveText directory(String name, int mode) {
    bytes.writeBytes(TarHeader.directory(name, mode, 0));
    return this;
  }

  ArchiveText link(String name, String to) {
    bytes.writeBytes(TarHeader.link(name, to, 0));
    return this;
  }

  /** The last header again, of another kind. */
  ArchiveText as(char kind) {
    byte[] all = bytes.toByteArray();
    all[all.length - TarReader.BLOCK + 156] = (byte) kind;
    return replacing(all);
  }

  /** Other bytes, whose last header is given its checksum. */
  ArchiveText replacing(byte[] all) {
    sign(all, all.length - TarReader.BLOCK);
    bytes.reset();
    bytes.writeBytes(all);
    return this;
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  static void sign(byte[] all, int at) {
    Arrays.fill(all, at + 148, at + 156, (byte) ' ');
    long sum = 0;
    for (int i = at; i < at + TarReader.BLOCK; i++) {
      sum += all[i] & 0xff;
    }
    TarNumber.write(sum, all, at + 148, 7);
  }

  ArchiveText pax(String records) {
    byte[] text = records.getBytes(ISO_8859_1);
    bytes.writeBytes(TarHeader.file("pax", 0644, text.length, 0));
    return as('x').body(text);
  }

  private ArchiveText body(byte[] text) {
    bytes.writeBytes(text);
    bytes.writeBytes(new byte[TarReader.padding(text.length)]);
    return this;
  }

  byte[] end() {
    bytes.writeBytes(new byte[2 * TarReader.BLOCK]);
    return bytes.toByteArray();
  }
}
