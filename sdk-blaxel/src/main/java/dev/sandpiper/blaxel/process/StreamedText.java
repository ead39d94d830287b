package dev.sandpiper.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * One channel of a streamed process, from the texts that the server sends. The server streams from
 * a log whose beginning it releases when it grows too large; what it had not read by then is sent
 * as NULs. Long runs of NULs are therefore reported as a gap. Not thread-safe.
 */
final class StreamedText {
  static final String RELEASED =
      "the server released this part of its log before streaming it, and sent NULs instead";

  /** The size of the pieces that a lagging stream sends. */
  private static final int PIECE = 4096;

  /** A run of this many NULs is unlikely to be the command's own text. */
  private static final int SUSPICIOUS = 512;

  private final Channel channel;
  private final Consumer<ProcessEvent> events;
  private long nuls; // held back, because more may follow
  private long delivered;

  StreamedText(Channel channel, Consumer<ProcessEvent> events) {
    this.channel = channel;
    this.events = events;
  }

  /** The number of bytes delivered. */
  long delivered() {
    return delivered;
  }

  void add(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    int delivered = 0;
    for (int at = 0; at < bytes.length; ) {
      int end = endOfNuls(bytes, at);
      boolean isRelease = end - at + (at == 0 ? nuls : 0) >= SUSPICIOUS;
      boolean isOpen = end == bytes.length && bytes.length >= PIECE;
      if (end > at && (isRelease || isOpen)) {
        tell(Arrays.copyOfRange(bytes, delivered, at));
        nuls += end - at;
        delivered = end;
      }
      if (end < bytes.length) {
        end();
      }
      at = end + 1;
    }
    tell(Arrays.copyOfRange(bytes, Math.min(delivered, bytes.length), bytes.length));
    if (text.indexOf('\ufffd') >= 0) {
      events.accept(StreamMessages.gap(channel, StreamMessages.LOSSY));
    }
  }

  /** Likewise, for output that is known to have no NULs or replaced characters. */
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

  /** The stream has ended: no more NULs follow those held back. */
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
