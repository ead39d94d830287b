package dev.sandpiper.interpreter;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.ProcessEvent.Channel;
import java.time.Instant;
import java.util.Optional;

/**
 * A piece of printed output: one or more lines, or a part of one.
 *
 * @param channel STDOUT or STDERR
 * @param text never empty
 * @param at when the kernel wrote it, by the sandbox's clock; empty if the service does not report
 *     it, or in an unknown format
 */
public record CodeOutput(Channel channel, String text, Optional<Instant> at) {
  public CodeOutput {
    requireNonNull(channel, "channel");
    requireNonNull(text, "text");
    requireNonNull(at, "at");
  }
}
