package dev.sandpiper.files;

import dev.sandpiper.FileEvent;
import dev.sandpiper.FileEvent.Created;
import dev.sandpiper.FileEvent.Gap;
import dev.sandpiper.FileEvent.ModeChanged;
import dev.sandpiper.FileEvent.Written;
import dev.sandpiper.FileInfo;
import dev.sandpiper.engine.EventQueue;
import dev.sandpiper.http.Time;
import java.util.Optional;

/**
 * The buffer between the pump of a watch and its reader. The pump never waits: when the unread
 * events exceed the limit, all of them are replaced by one gap.
 */
final class WatchBuffer extends EventQueue<FileEvent> {
  static final String OVERFLOW = "events arrived faster than they were read";

  /** In bytes, approximately. */
  static final int LIMIT = 1 << 20;

  private static final int OVERHEAD = 256;

  WatchBuffer(Time time) {
    super(time);
  }

  void put(FileEvent event) {
    change(
        () -> {
          if (isDiscarded() || (event instanceof Gap && events.peekLast() instanceof Gap)) {
            return;
          }
          if (held + cost(event) > LIMIT) {
            clear();
            append(new Gap(OVERFLOW));
          }
          append(event);
        });
  }

  /** Waits until the buffer is discarded, at most {@code nanos}. */
  void awaitDiscarding(long nanos) throws InterruptedException {
    awaitWhile(() -> !isDiscarded(), nanos);
  }

  @Override
  protected long cost(FileEvent event) {
    int unseen = info(event).map(WatchBuffer::unseen).orElse(0);
    return OVERHEAD + 2L * (event.toString().length() + unseen);
  }

  private static Optional<FileInfo> info(FileEvent event) {
    return event instanceof Created created
        ? created.info()
        : event instanceof Written written
            ? written.info()
            : event instanceof ModeChanged changed ? changed.info() : Optional.empty();
  }

  /** Attributes that {@code FileInfo.toString()} does not show. */
  private static int unseen(FileInfo info) {
    return info.metadata().toString().length() + info.linkTarget().map(String::length).orElse(0);
  }
}
