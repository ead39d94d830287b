package dev.sandpiper.temporal;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.engine.OutputCollector;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Assigns each byte of one channel its offset. Used by the activity's thread only. */
final class ChannelDelivery {

  /** How far a channel was delivered, for the next attempt. */
  record Reached(long offset, boolean hasGap) {
    static final Reached NOTHING = new Reached(0, false);
  }

  private final Channel channel;
  private final @Nullable OutputSink sink;
  private final OutputCollector collector;
  private long offset;
  private boolean hasGap;

  ChannelDelivery(Channel channel, @Nullable OutputSink sink, int captureBytes, Reached reached) {
    this.channel = channel;
    this.sink = sink;
    this.collector = new OutputCollector(sink == null ? captureBytes : 0);
    this.offset = reached.offset();
    this.hasGap = reached.hasGap();
  }

  void write(Output output) throws IOException {
    if (sink != null) {
      sink.write(channel, offset, output.asByteBuffer());
    }
    collector.add(output);
    offset += output.size();
  }

  void gap(OutputGap gap) throws IOException {
    if (sink != null) {
      sink.gap(gap);
    }
    collector.addGap();
    hasGap = true;
    offset = Math.max(offset, gap.to().orElse(offset));
  }

  Reached reached() {
    return new Reached(offset, hasGap);
  }

  KeptOutput kept() {
    return KeptOutput.of(collector.result(), offset, hasGap);
  }
}
