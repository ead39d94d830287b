package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.FileChange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes on their way to one client, as lines. As many wait as the kernel lets wait; one more is
 * lost without a word, and one that repeats the last that waits is the same: both are the real
 * server's ways.
 */
final class ChangeLines implements FileChange.Listener {
  private static final Logger log = LoggerFactory.getLogger(ChangeLines.class);
  private static final int MOST_WAITING = 16_384;

  private final String directory;
  private final List<String> ignored;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();

  // Guarded by the lock.
  private final Deque<FileChange> waiting = new ArrayDeque<>();
  private @Nullable String lost;

  /**
   * @param directory absolute, as the client calls it
   * @param ignored a path that has one of these texts in it is not reported
   */
  ChangeLines(String directory, List<String> ignored) {
    this.directory = directory;
    this.ignored = List.copyOf(ignored);
  }

  @Override
  public void changed(FileChange change) {
    lock.lock();
    try {
      if (change.equals(waiting.peekLast())) return;
      if (waiting.size() >= MOST_WAITING) {
        log.debug("{} changes in {} wait to be read: more are lost", MOST_WAITING, directory);
        return;
      }
      waiting.add(change);
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void lost(String reason) {
    lock.lock();
    try {
      if (!reason.endsWith("overflow")) lost = reason;
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the next change to report. Null if none comes within the time.
   *
   * @throws IOException once there can be no more
   */
  byte @Nullable [] next(long nanos) throws IOException, InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (true) {
        FileChange change = waiting.poll();
        byte[] line = change == null ? null : line(change);
        if (line != null) return line;
        if (change != null) continue;
        if (lost != null) throw new IOException("the watch has ended: " + lost);
        if (left <= 0) return null;
        left = arrived.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Null if it is ignored. */
  private byte @Nullable [] line(FileChange change) {
    String top = directory.equals("/") ? "" : directory;
    String path = change.name().equals(".") ? directory : top + "/" + change.name();
    if (ignored.stream().anyMatch(text -> !text.isEmpty() && path.contains(text))) return null;
    ObjectNode line =
        GoJson.object()
            .put("op", change.type().name().substring("EVENT_TYPE_".length()))
            .put("name", ExactPath.name(path))
            .put("path", path.substring(0, path.lastIndexOf('/')))
            .putNull("error");
    return (GoJson.text(line) + "\n").getBytes(UTF_8);
  }
}
