package dev.sandpiper.testkit.blaxel.process;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The records of all processes that were ever started in one sandbox. Thread-safe. */
final class ProcessTable {
  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,18}");

  private final boolean freezes;
  private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

  // Guarded by the lock. A reused pid replaces the record.
  private final Map<Long, ProcessRecord> records = new LinkedHashMap<>();

  /**
   * @param freezes whether a lookup waits for the writers to the process's streams, as in the real
   *     server, while it keeps every start waiting
   */
  public ProcessTable(boolean freezes) {
    this.freezes = freezes;
  }

  void add(ProcessRecord record) {
    lock.writeLock().lock();
    try {
      records.put(record.pid(), record);
    } finally {
      lock.writeLock().unlock();
    }
  }

  boolean isNameTaken(String name) {
    return all().stream().anyMatch(record -> record.name().equals(name) && record.isRunning());
  }

  List<ProcessRecord> all() {
    lock.readLock().lock();
    try {
      return new ArrayList<>(records.values());
    } finally {
      lock.readLock().unlock();
    }
  }

  /** All processes, looked up as by the list of processes: one by one, by pid. */
  List<ProcessRecord> list() {
    List<ProcessRecord> all = all();
    all.forEach(record -> find(Long.toString(record.pid())));
    return all;
  }

  /**
   * Digits mean a pid, never a name; of several processes with the same name the newest is found.
   */
  @Nullable ProcessRecord find(String identifier) {
    Lock reading = lock.readLock();
    reading.lock();
    try {
      boolean byNumber = NUMBER.matcher(identifier).matches();
      ProcessRecord found = byNumber ? records.get(Long.valueOf(identifier)) : newest(identifier);
      if (found == null) return null;
      if (byNumber) found.forgetGroup();
      if (freezes) found.tailer().awaitStreams();
      return found;
    } finally {
      reading.unlock();
    }
  }

  private @Nullable ProcessRecord newest(String name) {
    return records.values().stream()
        .filter(record -> record.name().equals(name))
        .max(Comparator.comparing(record -> record.state().startedAt()))
        .orElse(null);
  }
}
