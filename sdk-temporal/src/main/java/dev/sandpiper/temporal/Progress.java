package dev.sandpiper.temporal;

import dev.sandpiper.ProcessRef;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The details of a heartbeat: some hundred bytes, however much the command writes.
 *
 * @param ref the process, as text
 * @param deadlineMillis its deadline, in milliseconds since 1970
 * @param position where to resume reading; null if the platform keeps no output
 * @param stdout how far stdout was delivered at {@code position}
 * @param stderr how far stderr was
 */
record Progress(
    String ref,
    long deadlineMillis,
    @Nullable String position,
    ChannelDelivery.Reached stdout,
    ChannelDelivery.Reached stderr) {

  ProcessRef process() {
    return ProcessRef.parse(ref);
  }

  Instant deadline() {
    return Instant.ofEpochMilli(deadlineMillis);
  }
}
