package dev.sandpiper.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;

/**
 * Bytes of a sandbox as text that a model can read. Bytes that are not UTF-8 are shown as {@code
 * \xNN} and counted, so that they are never taken for other characters.
 *
 * @param escaped how many bytes are shown as {@code \xNN}
 */
record PlainText(String text, int escaped) {
  static final String NOTE = "[bytes that are not text are shown as \\xNN: ";
  private static final HexFormat HEX = HexFormat.of();

  /** Without escape sequences and other control characters, which only a terminal needs. */
  static PlainText ofOutput(byte[] bytes, int from, int to) {
    return new Decoding(bytes, to, true).from(from);
  }

  /** With every control character visible, because an edit has to match them. */
  static PlainText ofFile(byte[] bytes, int from, int to) {
    return new Decoding(bytes, to, false).from(from);
  }

  /** A name or a message in one line, truncated to this length. */
  static String printable(String text, int most) {
    byte[] bytes = text.substring(0, Math.min(text.length(), most)).getBytes(UTF_8);
    String line = ofFile(bytes, 0, bytes.length).text.replace("\n", "\\n").replace("\t", "\\t");
    return line.length() <= most ? line : line.substring(0, most) + "...";
  }

  static String name(byte[] bytes) {
    return ofFile(bytes, 0, bytes.length).text.replace("\n", "\\n").replace("\t", "\\t");
  }

  /**
   * {@code text}, or its beginning and its end with a note of what is missing, in at most this many
   * characters.
   */
  static String capped(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int kept = (most - Excerpt.LONGEST_MARKER) / 2;
    int head = Character.isHighSurrogate(text.charAt(kept - 1)) ? kept - 1 : kept;
    int tail = text.length() - kept;
    tail = Character.isLowSurrogate(text.charAt(tail)) ? tail + 1 : tail;
    return text.substring(0, head)
        + "\n[... "
        + (tail - head)
        + " of "
        + text.length()
        + " characters are missing here ...]\n"
        + text.substring(tail);
  }

  private static final class Decoding {
    private final byte[] bytes;
    private final int to;
    private final boolean isOutput;
    private final StringBuilder text = new StringBuilder();
    private int escaped;

    Decoding(byte[] bytes, int to, boolean isOutput) {
      this.bytes = bytes;
      this.to = to;
      this.isOutput = isOutput;
    }

    PlainText from(int from) {
      int at = from;
      while (at < to) {
        at =
            isOutput && bytes[at] == EscapeSequence.ESCAPE
                ? EscapeSequence.end(bytes, at, to)
                : at + take(at);
      }
      return new PlainText(text.toString(), escaped);
    }

    /** Appends the character at an index, and returns its number of bytes. */
    private int take(int at) {
      int length = Utf8.length(bytes, at, to);
      if (length > 1) {
        String character = new String(bytes, at, length, UTF_8);
        // U+0080 to U+009F are 8-bit control characters.
        if (!(isOutput && Character.isISOControl(character.codePointAt(0)))) {
          text.append(character);
        }
        return length;
      }
      byte single = bytes[at];
      if (length == 0) {
        escape(single);
      } else if (single == '\n' || single == '\t' || (single >= ' ' && single != 0x7f)) {
        text.append((char) single);
      } else {
        control(single, at);
      }
      return 1;
    }

    private void control(byte single, int at) {
      if (isOutput && single == '\r') {
        // A progress bar: what it overwrites becomes lines.
        if (at + 1 < to && bytes[at + 1] != '\n') {
          text.append('\n');
        }
      } else if (!isOutput || single == 0) {
        escape(single);
      }
    }

    private void escape(byte single) {
      text.append("\\x").append(HEX.toHexDigits(single));
      escaped++;
    }
  }

  /**
   * UTF-8, exactly.
   *
   * @throws CharacterCodingException if it is anything else
   */
  static String strict(byte[] bytes) throws CharacterCodingException {
    return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }
}
