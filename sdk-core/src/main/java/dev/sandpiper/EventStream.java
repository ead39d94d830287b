package dev.sandpiper;

import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Events in order, for one reader, like a {@link java.nio.file.DirectoryStream}. Reading blocks;
 * {@link #close()} may be called from any thread and unblocks a reader.
 *
 * <p>A stream never ends silently: it ends after its last event, or it throws.
 */
public interface EventStream<E> extends Iterable<E>, AutoCloseable {

  /**
   * Blocks for the next event. Null once the stream has ended completely, and after {@link
   * #close()}.
   *
   * @throws ConnectionLostException if the connection ended before the stream did
   * @throws CancelledException if this thread is interrupted; its flag stays set, and the stream
   *     can still be read
   */
  @Nullable E next();

  /**
   * Waits for the next event, at most this long; zero or less does not wait. Null means the same as
   * in {@link #next()}: the stream has ended, and no later call will return an event.
   *
   * <pre>{@code
   * while (true) {
   *   try {
   *     ProcessEvent event = events.next(Duration.ofSeconds(1));
   *     if (event == null) break;
   *     show(event);
   *   } catch (TimeoutException e) {
   *     showThatItStillRuns();
   *   }
   * }
   * }</pre>
   *
   * @throws TimeoutException if no event arrived in time. Nothing is lost: call it again
   * @throws ConnectionLostException as {@link #next()}
   * @throws CancelledException as {@link #next()}
   */
  @Nullable E next(Duration limit) throws TimeoutException;

  /**
   * The position after the last event that was returned, as opaque text for {@link
   * Processes#attach(ProcessRef, String)}, which continues there, in this JVM or another. Only for
   * the thread that reads. Makes no request.
   *
   * @throws UnsupportedOperationException if events are not kept: for watched files, and for
   *     processes without {@link Capability#REPLAY}
   */
  String position();

  /**
   * Iterates over the remaining events, once.
   *
   * @throws IllegalStateException if called a second time
   */
  @Override
  Iterator<E> iterator();

  /** Stops reading. Idempotent; no event is delivered after it returns. */
  @Override
  void close();
}
