package dev.sandpiper.wire;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the text of one channel whole across pieces of output: incremental UTF-8 (RFC 3629), in
 * which a character cut by the end of a piece belongs to the next. Not thread-safe; give it the
 * outputs in the order in which they are delivered.
 */
public final class ChannelDecoder {
  private static volatile @Nullable OutputTexts texts;

  private final Channel channel;
  private byte[] unfinished = {};

  public ChannelDecoder(Channel channel) {
    this.channel = channel;
  }

  /** For {@link Output} alone. */
  public static void use(OutputTexts outputTexts) {
    texts = outputTexts;
  }

  private static OutputTexts texts() {
    return requireNonNull(texts, "there is no output yet");
  }

  /** The same bytes with the text that belongs to them. */
  public Output next(Output output) {
    Output continued = texts().continuing(unfinished, output);
    unfinished = texts().unfinished(continued);
    return continued;
  }

  /**
   * What to deliver before the end or a gap: nothing, or an output without bytes whose text
   * replaces the character that never ended.
   */
  public Optional<Output> finish() {
    if (unfinished.length == 0) {
      return Optional.empty();
    }
    Output last = texts().ofUnfinished(channel, unfinished);
    unfinished = new byte[0];
    return Optional.of(last);
  }
}
