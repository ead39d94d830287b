package dev.sandpiper.engine;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.wire.ChannelDecoder;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Adds the decoded text to events, in the order in which they are delivered to their reader. Not
 * thread-safe.
 */
final class TextViews {
  private final Map<Channel, ChannelDecoder> decoders = new EnumMap<>(Channel.class);

  /**
   * Delivers {@code event}. Before a gap or the end, delivers the text of an incomplete character.
   */
  void deliver(ProcessEvent event, Consumer<? super ProcessEvent> reader) {
    if (event instanceof Output output) {
      reader.accept(decoder(output.channel()).next(output));
      return;
    }
    if (event instanceof OutputGap gap) {
      decoder(gap.channel()).finish().ifPresent(reader);
    } else if (event instanceof Ended) {
      decoders.values().forEach(decoder -> decoder.finish().ifPresent(reader));
    }
    reader.accept(event);
  }

  private ChannelDecoder decoder(Channel channel) {
    return decoders.computeIfAbsent(channel, ChannelDecoder::new);
  }
}
