package dev.sandpiper.wire;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;

/**
 * Gives {@link ChannelDecoder} access to the text of outputs. {@link Output} passes its
 * implementation when its class is initialized, so that these methods are not part of its public
 * API.
 */
public interface OutputTexts {

  /** An output without bytes whose text is the replacement for an incomplete character. */
  Output ofUnfinished(Channel channel, byte[] carried);

  /** The same bytes, with a text that begins with the carried bytes of an incomplete character. */
  Output continuing(byte[] carried, Output output);

  /**
   * The bytes of an incomplete character at the end, at most three, which belong to the next text.
   */
  byte[] unfinished(Output output);
}
