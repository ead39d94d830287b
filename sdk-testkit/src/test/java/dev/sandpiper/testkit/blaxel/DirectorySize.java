package dev.sandpiper.testkit.blaxel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Looks all the time how much lies in a directory, until it is closed, and keeps the most. */
final class DirectorySize implements AutoCloseable {
  private final Path directory;
  private final AtomicLong most = new AtomicLong();
  private final Thread thread = new Thread(this::look, "directory-size");
  private volatile boolean over;

  private DirectorySize(Path directory) {
    this.directory = directory;
  }

  /** Begins to look. */
  static DirectorySize of(Path directory) {
    DirectorySize size = new DirectorySize(directory);
    size.thread.start();
    return size;
  }

  private void look() {
    while (!over) {
      long now = now();
      most.accumulateAndGet(now, Math::max);
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private long now() {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(DirectorySize::size).sum();
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that goes while it is looked at is nothing any more. */
  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }

  long most() {
    return most.get();
  }

  @Override
  public void close() {
    over = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError("a test left its thread interrupted", e);
    }
  }
}
