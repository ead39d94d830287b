package dev.sandpiper.testkit.faults;

import dev.sandpiper.testkit.faults.Fault.Effect;
import dev.sandpiper.testkit.faults.Fault.Side;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A fault in one message while it passes. Used only by the thread that passes the message. */
final class Injection {
  private final PlannedFault planned;
  private final Link link;
  private final Moment.Watch watch;
  private boolean begun;

  Injection(PlannedFault planned, Link link, Moment.Watch watch) {
    this.planned = planned;
    this.link = link;
    this.watch = watch;
    planned.awaits(watch);
  }

  /** The fault of a message of HTTP/1.1 on this side; null if none is planned. */
  static @Nullable Injection http1(@Nullable PlannedFault planned, Link link, Side side) {
    if (planned == null || planned.fault.side != side) return null;
    if (planned.fault.effect.isDecidedByTheHead() || planned.fault.effect == Effect.RESET_STREAM) {
      return null; // injected before the message, or only on HTTP/2 and so never here
    }
    return new Injection(planned, link, planned.fault.moment.watchHttp1());
  }

  PlannedFault planned() {
    return planned;
  }

  /** How many of these bytes pass before the fault; -1 if all do, or if it has happened. */
  int reachedIn(byte[] buffer, int offset, int count) {
    return begun ? -1 : watch.reachedIn(buffer, offset, count);
  }

  /** Passes bytes. Returns false once no more may follow. */
  boolean pass(byte[] buffer, int offset, int count, OutputStream out) throws IOException {
    int before = reachedIn(buffer, offset, count);
    if (before < 0) {
      write(buffer, offset, count, out);
      return true;
    }
    out.write(buffer, offset, before);
    out.flush();
    if (!begin(out)) return false;
    write(buffer, offset + before, count - before, out);
    return true;
  }

  /** Records that it was injected elsewhere, into a stream of HTTP/2. */
  void happened() {
    begun = true;
    planned.injected();
  }

  /** Injects the one-time part of the fault. Returns false if no more may follow. */
  boolean begin(OutputStream out) throws IOException {
    happened();
    switch (planned.fault.effect) {
      case CUT -> link.cut();
      case RESET -> link.reset();
      case STALL -> {}
      case HALF_OPEN -> link.lose(planned);
      case DELAY -> {
        link.pause(planned.fault.pause);
        return true;
      }
      case INSERT -> {
        out.write(planned.fault.inserted);
        return true;
      }
      default -> {
        return true; // a drip continues with each later byte
      }
    }
    return false;
  }

  /** Writes bytes before or after the moment: one by one once the fault requires it. */
  void write(byte[] buffer, int offset, int count, OutputStream out) throws IOException {
    if (!begun || planned.fault.effect != Effect.DRIP) {
      out.write(buffer, offset, count);
      out.flush();
      return;
    }
    Duration pause = planned.fault.pause;
    for (int i = offset; i < offset + count; i++) {
      link.pause(pause);
      out.write(buffer[i]);
      out.flush();
    }
  }
}
