package dev.sandpiper.e2b.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Reads a message that contains exactly one output, without building a tree:
 *
 * <pre>{"event":{"data":{"stdout":"base64"}}}</pre>
 *
 * <p>or {@code stderr} or {@code pty}; spaces are allowed between the tokens, because E2B's server
 * inserts some at random. One instance reads one message.
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

  /** Null if the message is anything else. */
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

  /** Reads the ends of the three objects, after which nothing may follow. */
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

  /**
   * Skips spaces and {@code part}. False, positioned after the spaces, if something else follows.
   */
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

  /** Reads a string; null if it is not base64 in the standard alphabet, or has escapes. */
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
      return null; // the codec reads it instead, and reports any error
    }
  }

  /** The last quotation mark, after which only the ends of the objects may follow. */
  private int endOfText() {
    skipBlanks();
    int end = message.length - 1;
    while (end > at && message[end] != '"') {
      end--;
    }
    return end > at ? end : -1;
  }
}
