package dev.sandpiper.files;

import dev.sandpiper.Failure;
import dev.sandpiper.FileEvent;
import dev.sandpiper.engine.AbstractEventStream;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.http.Unclosed;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A watch that survives lost connections. A pump on the client's executor reads the connection; if
 * it is lost, the pump opens another and then reports a gap. A caller that lists the directory
 * after the gap event misses no later change.
 */
public final class FileWatch extends AbstractEventStream<FileEvent> {
  private final WatchPump pump;

  private FileWatch(WatchPump pump) {
    this.pump = pump;
  }

  /**
   * Opens the first connection on this thread and starts the pump.
   *
   * @param opener opens a connection and returns once it reports changes
   * @param cancel aborts a call that is blocked in the opener or a connection; called from any
   *     thread, possibly more than once
   */
  public static FileWatch open(
      String directory,
      Supplier<WatchConnection> opener,
      Runnable cancel,
      BackgroundThreads threads) {
    WatchPump pump = new WatchPump(directory, opener, cancel, threads);
    FileWatch watch = new FileWatch(pump);
    pump.begin();
    Unclosed.watch(watch, "the watch of " + directory, "its connection is closed", pump::close);
    return watch;
  }

  @Override
  public String position() {
    throw new UnsupportedOperationException(
        "past changes are not kept, so a watch has no position to resume from");
  }

  @Override
  protected @Nullable FileEvent await(long nanos) throws TimeoutException, InterruptedException {
    return pump.buffer().take(nanos);
  }

  @Override
  protected Failure failure(String observed) {
    return pump.failure(observed);
  }

  @Override
  public void close() {
    pump.close();
  }
}
