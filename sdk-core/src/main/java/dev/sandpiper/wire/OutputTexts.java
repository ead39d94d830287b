package dev.sandpiper.wire;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;

/**
 * What a {@link ChannelDecoder} does with the texts of outputs. {@link Output} hands it over when
 * its class is loaded, so that its callers do not see these.
 */
public interface OutputTexts {

  /** No bytes, and as text the replacement for a character that never ended. */
  Output ofUnfinished(Channel channel, byte[] carried);

  /** The same bytes, their text beginning with what the channel's last output left unfinished. */
  Output continuing(byte[] carried, Output output);

  /** The incomplete character at the end, at most three bytes; it belongs to the next text. */
  byte[] unfinished(Output output);
}
