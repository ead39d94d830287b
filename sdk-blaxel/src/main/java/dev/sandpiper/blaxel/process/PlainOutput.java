package dev.sandpiper.blaxel.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a line of NDJSON that is one output in ASCII, without building a tree:
 *
 * <pre>{"type":"stdout","data":"text\n"}</pre>
 *
 * <p>or {@code stderr}, formatted exactly as the server does, with two-character escapes only.
 * Nearly all lines have this form. The server's own messages in the output begin with a bracket,
 * possibly after a line feed; such texts are not handled here.
 */
final class PlainOutput {
  private static final byte[] STDOUT = "{\"type\":\"stdout\",\"data\":\"".getBytes(US_ASCII);
  private static final byte[] STDERR = "{\"type\":\"stderr\",\"data\":\"".getBytes(US_ASCII);
  private static final byte[] END = "\"}".getBytes(US_ASCII);
  private static final byte OTHER = 0;
  private static final int FIRST_PRINTABLE = ' ';

  private PlainOutput() {}

  /** Null if the line is anything else. */
  static @Nullable Output read(byte[] line) {
    Channel channel = begins(line, STDOUT) ? Channel.STDOUT : Channel.STDERR;
    if (channel == Channel.STDERR && !begins(line, STDERR)) {
      return null;
    }
    int end = line.length - END.length;
    if (end < STDOUT.length || !Arrays.equals(line, end, line.length, END, 0, END.length)) {
      return null;
    }
    byte[] text = mayBeServers(line[STDOUT.length]) ? null : text(line, STDOUT.length, end);
    return text == null ? null : Output.of(channel, text);
  }

  private static boolean begins(byte[] line, byte[] beginning) {
    return line.length >= beginning.length
        && Arrays.equals(line, 0, beginning.length, beginning, 0, beginning.length);
  }

  private static boolean mayBeServers(byte first) {
    return first == '[' || first == '\\'; // of an escaped line feed
  }

  /** Null if it has other characters or escapes. */
  private static byte @Nullable [] text(byte[] line, int from, int end) {
    byte[] text = new byte[end - from];
    int length = 0;
    for (int at = from; at < end; at++) {
      byte one = line[at];
      if (one < FIRST_PRINTABLE || one == '"') { // bytes above ASCII are negative
        return null;
      }
      if (one == '\\') {
        one = ++at < end ? escaped(line[at]) : OTHER;
        if (one == OTHER) {
          return null;
        }
      }
      text[length++] = one;
    }
    return length == text.length ? text : Arrays.copyOf(text, length);
  }

  private static byte escaped(byte letter) {
    return switch (letter) {
      case '"', '\\', '/' -> letter;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> OTHER;
    };
  }
}
