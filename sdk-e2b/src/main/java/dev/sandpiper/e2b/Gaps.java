package dev.sandpiper.e2b;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.util.List;
import java.util.OptionalLong;

/** The gaps with which a stream begins that did not see the process's beginning. */
final class Gaps {
  /** After attaching: E2B keeps no output. */
  static final List<ProcessEvent> ATTACHED =
      both("E2B keeps no output: what was written before this connection is not known");

  /** After a start whose answer was cut. */
  static final List<ProcessEvent> ADOPTED =
      both("the answer to the start was cut: what was written meanwhile is not known");

  private Gaps() {}

  private static List<ProcessEvent> both(String reason) {
    return List.of(gap(Channel.STDOUT, reason), gap(Channel.STDERR, reason));
  }

  private static OutputGap gap(Channel channel, String reason) {
    return new OutputGap(channel, OptionalLong.empty(), OptionalLong.empty(), reason);
  }
}
