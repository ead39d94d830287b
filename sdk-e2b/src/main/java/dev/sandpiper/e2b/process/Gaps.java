package dev.sandpiper.e2b.process;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Where one process's output is missing, as far as it is known: counts what came on each of its
 * channels, until something of unknown length did not. For the thread that reads.
 */
public final class Gaps {
  static final List<Channel> PIPES = List.of(Channel.STDOUT, Channel.STDERR);
  static final List<Channel> JOINED = List.of(Channel.STDOUT);
  static final List<Channel> TERMINAL = List.of(Channel.TERMINAL);

  static final String ATTACHED =
      "E2B keeps no output: what was written before this connection is not known";
  static final String ADOPTED =
      "the answer to the start was cut: what was written meanwhile is not known";
  public static final String RECONNECTED =
      "the connection broke and was replaced: what was written meanwhile was not kept";
  public static final String FINAL_OUTPUT =
      "E2B's own signal was used, after which the last output may be lost";

  private final List<Channel> channels;
  private final Map<Channel, OptionalLong> reached = new EnumMap<>(Channel.class);

  /**
   * @param channels those that the process has
   */
  Gaps(List<Channel> channels) {
    this.channels = channels;
    channels.forEach(channel -> reached.put(channel, OptionalLong.of(0)));
  }

  void count(Output output) {
    OptionalLong before = reached.getOrDefault(output.channel(), OptionalLong.empty());
    if (before.isPresent()) {
      reached.put(output.channel(), OptionalLong.of(before.getAsLong() + output.size()));
    }
  }

  /** A gap on each channel from where it stands; where it ends is not known. */
  List<ProcessEvent> here(String reason) {
    return channels.stream().map(channel -> gap(channel, reason)).toList();
  }

  private ProcessEvent gap(Channel channel, String reason) {
    OptionalLong from = reached.getOrDefault(channel, OptionalLong.empty());
    reached.put(channel, OptionalLong.empty());
    return new OutputGap(channel, from, OptionalLong.empty(), reason);
  }

  /** Like {@link #here} for a reader that did not begin at the start, so that no place is known. */
  List<ProcessEvent> somewhere(String reason) {
    reached.replaceAll((channel, place) -> OptionalLong.empty());
    return here(reason);
  }
}
