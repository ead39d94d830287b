package dev.sandpiper.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * One channel of a streamed process, from the texts that the server sends. The server streams from
 * a log whose head it gives back to the system when there is too much of it; what it had not read
 * by then it sends as NULs. Many NULs in a row are therefore a gap. For one thread.
 */
final class StreamedText {
  static final String RELEASED =
      "the server had given this part of its log back before it streamed it, and sent NULs";

  /** A stream that lags behind its log comes in pieces of this length. */
  private static final int PIECE = 4096;

  /** So many NULs in a row are hardly what a command wrote as text. */
  private static final int SUSPICIOUS = 512;

  private final Channel channel;
  private final Consumer<ProcessEvent> events;
  private long nuls; // that were held back, and may be the beginning of more
  private long delivered;

  StreamedText(Channel channel, Consumer<ProcessEvent> events) {
    this.channel = channel;
    this.events = events;
  }

  /** How many bytes were reported. */
  long delivered() {
    return delivered;
  }

  void add(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    int told = 0;
    for (int at = 0; at < bytes.length; ) {
      int end = endOfNuls(bytes, at);
      boolean isRelease = end - at + (at == 0 ? nuls : 0) >= SUSPICIOUS;
      boolean isOpen = end == bytes.length && bytes.length >= PIECE;
      if (end > at && (isRelease || isOpen)) {
        tell(Arrays.copyOfRange(bytes, told, at));
        nuls += end - at;
        told = end;
      }
      if (end < bytes.length) {
        end();
      }
      at = end + 1;
    }
    tell(Arrays.copyOfRange(bytes, Math.min(told, bytes.length), bytes.length));
    if (text.indexOf('\ufffd') >= 0) {
      events.accept(StreamMessages.gap(channel, StreamMessages.LOSSY));
    }
  }

  /** The same for what certainly holds no NUL, and nothing that was replaced. */
  void addWithoutNuls(Output output) {
    if (output.size() > 0) {
      end();
      tell(output);
    }
  }

  private static int endOfNuls(byte[] bytes, int from) {
    int end = from;
    while (end < bytes.length && bytes[end] == 0) {
      end++;
    }
    return end;
  }

  /** No more NULs follow those that were held back. */
  void end() {
    if (nuls == 0) {
      return;
    }
    long held = nuls;
    nuls = 0;
    if (held >= SUSPICIOUS) {
      events.accept(StreamMessages.gap(channel, RELEASED));
    } else {
      tell(new byte[(int) held]);
    }
  }

  private void tell(byte[] bytes) {
    if (bytes.length > 0) {
      tell(Output.of(channel, bytes));
    }
  }

  private void tell(Output output) {
    delivered += output.size();
    events.accept(output);
  }
}
