package dev.sandpiper.files;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Numbers in headers: octal digits, or base 256 if the first bit is set. */
final class TarNumber {
  private TarNumber() {}

  static long read(byte[] header, int offset, int length) throws TarFormatException {
    if ((header[offset] & 0x80) != 0) {
      return readBinary(header, offset, length);
    }
    String digits = new String(header, offset, length, US_ASCII).replace('\0', ' ').strip();
    if (!digits.matches("[0-7]{0,20}")) {
      throw new TarFormatException("the archive has a malformed number");
    }
    return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
  }

  private static long readBinary(byte[] header, int offset, int length) throws TarFormatException {
    long value = header[offset] & 0x7f;
    for (int i = offset + 1; i < offset + length; i++) {
      if (value >> 54 != 0) {
        throw new TarFormatException("the archive has a number that is negative or too large");
      }
      value = value << 8 | (header[i] & 0xff);
    }
    return value;
  }

  /** Writes octal digits and a NUL, or base 256 if they do not fit. */
  static void write(long value, byte[] header, int offset, int length) {
    String digits = Long.toOctalString(value);
    if (digits.length() < length) {
      byte[] text = ("0".repeat(length - 1 - digits.length()) + digits).getBytes(US_ASCII);
      System.arraycopy(text, 0, header, offset, text.length);
      return;
    }
    long left = value;
    for (int i = offset + length - 1; i > offset; i--) {
      header[i] = (byte) left;
      left >>>= 8;
    }
    header[offset] = (byte) 0x80;
  }
}
