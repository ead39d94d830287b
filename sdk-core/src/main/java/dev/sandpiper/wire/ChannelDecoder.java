package dev.sandpiper.wire;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decodes one channel's output as UTF-8 (RFC 3629) incrementally: a character split between two
 * outputs belongs to the text of the second. Not thread-safe; outputs must be passed in the order
 * in which they are delivered.
 */
public final class ChannelDecoder {
  private static volatile @Nullable OutputTexts texts;

  private final Channel channel;
  private byte[] unfinished = {};

  public ChannelDecoder(Channel channel) {
    this.channel = channel;
  }

  /** Called by {@link Output} only. */
  public static void use(OutputTexts outputTexts) {
    texts = outputTexts;
  }

  private static OutputTexts texts() {
    return requireNonNull(texts, "the class Output has not been initialized");
  }

  /** The same bytes with their decoded text. */
  public Output next(Output output) {
    Output continued = texts().continuing(unfinished, output);
    unfinished = texts().unfinished(continued);
    return continued;
  }

  /**
   * What to deliver before the end or a gap: empty, or an output without bytes whose text is the
   * replacement for an incomplete character.
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
