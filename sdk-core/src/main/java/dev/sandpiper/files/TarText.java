package dev.sandpiper.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;

/** A name or link target in an archive: bytes that are usually UTF-8. */
record TarText(String text, boolean isUtf8) {
  /** The longest path that systems accept. */
  private static final int LONGEST = 4096;

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  static TarText of(byte[] bytes, int offset, int length) throws TarFormatException {
    if (length > LONGEST) {
      throw new TarFormatException("the archive has a name or link of " + length + " bytes");
    }
    try {
      return new TarText(
          UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length)).toString(), true);
    } catch (CharacterCodingException e) {
      StringBuilder escaped = new StringBuilder();
      for (int i = offset; i < offset + length; i++) {
        boolean plain = bytes[i] >= ' ' && bytes[i] < 0x7f;
        escaped.append(plain ? String.valueOf((char) bytes[i]) : "\\x" + HEX.toHexDigits(bytes[i]));
      }
      return new TarText(escaped.toString(), false);
    }
  }

  /** Reads up to the first NUL. */
  static TarText ofField(byte[] bytes, int offset, int length) throws TarFormatException {
    int end = offset;
    while (end < offset + length && bytes[end] != 0) {
      end++;
    }
    return of(bytes, offset, end - offset);
  }
}
