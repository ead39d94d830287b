package dev.sandpiper.e2b.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Reads a message that is one output and nothing else, without a tree of it:
 *
 * <pre>{"event":{"data":{"stdout":"base64"}}}</pre>
 *
 * <p>or {@code stderr} or {@code pty}; blanks may stand between the parts, where E2B's server puts
 * some at random. For the one message that it reads.
 */
final class JsonOutput {
  private static final int OBJECTS = 3; // one in the other
  private static final byte[] OPEN = {'{'};
  private static final byte[] CLOSE = {'}'};
  private static final byte[] COLON = {':'};
  private static final byte[] EVENT = "\"event\"".getBytes(US_ASCII);
  private static final byte[] DATA = "\"data\"".getBytes(US_ASCII);
  private static final byte[] STDOUT = "\"stdout\"".getBytes(US_ASCII);
  private static final byte[] STDERR = "\"stderr\"".getBytes(US_ASCII);
  private static final byte[] PTY = "\"pty\"".getBytes(US_ASCII);

  private final byte[] message;
  private int at;

  private JsonOutput(byte[] message) {
    this.message = message;
  }

  /** Null where the message is anything else. */
  static @Nullable Output read(byte[] message) {
    return new JsonOutput(message).read();
  }

  private @Nullable Output read() {
    boolean isData = opens(EVENT) && opens(DATA) && passes(OPEN);
    Channel channel = isData ? channel() : null;
    if (channel == null || !passes(COLON)) {
      return null;
    }
    byte[] bytes = base64();
    return bytes != null && closes() ? Output.of(channel, bytes) : null;
  }

  private boolean opens(byte[] name) {
    return passes(OPEN) && passes(name) && passes(COLON);
  }

  /** The three objects, behind which nothing comes. */
  private boolean closes() {
    for (int i = 0; i < OBJECTS; i++) {
      if (!passes(CLOSE)) {
        return false;
      }
    }
    skipBlanks();
    return at == message.length;
  }

  private @Nullable Channel channel() {
    if (passes(STDOUT)) {
      return Channel.STDOUT;
    }
    if (passes(STDERR)) {
      return Channel.STDERR;
    }
    return passes(PTY) ? Channel.TERMINAL : null;
  }

  /** Passes blanks and then {@code part}; false, and on the part's place, if another is there. */
  private boolean passes(byte[] part) {
    skipBlanks();
    int end = at + part.length;
    if (end > message.length || !Arrays.equals(message, at, end, part, 0, part.length)) {
      return false;
    }
    at = end;
    return true;
  }

  private void skipBlanks() {
    while (at < message.length && message[at] == ' ') {
      at++;
    }
  }

  /** The string that comes next; null if it is not base64 in its usual alphabet, or has escapes. */
  private byte @Nullable [] base64() {
    int end = endOfText();
    if (end < 0 || message[at] != '"') {
      return null;
    }
    byte[] text = Arrays.copyOfRange(message, at + 1, end);
    at = end + 1;
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return null; // the codec says what is wrong with it, if anything is
    }
  }

  /** The last quotation mark, behind which nothing but the end of the objects may come. */
  private int endOfText() {
    skipBlanks();
    int end = message.length - 1;
    while (end > at && message[end] != '"') {
      end--;
    }
    return end > at ? end : -1;
  }
}
