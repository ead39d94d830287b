package dev.sandpiper.files;

import dev.sandpiper.DirectoryOptions;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Walks a local directory in pre-order, without following links. */
final class LocalWalk {
  private record Level(String prefix, Iterator<Path> children) {}

  private final Deque<Level> levels = new ArrayDeque<>();

  private final Excludes excludes;

  LocalWalk(Path root, DirectoryOptions options) throws IOException {
    this.excludes = Excludes.of(options.excludes());
    enter(root, "");
  }

  private void enter(Path directory, String prefix) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(children::add);
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(children);
    levels.push(new Level(prefix, children.iterator()));
  }

  /** The next entry that can be copied; null after the last. */
  @Nullable LocalEntry next(Skipped skipped) throws IOException {
    while (!levels.isEmpty()) {
      TarReader.requireNoInterrupt();
      Level level = levels.element();
      if (!level.children.hasNext()) {
        levels.remove();
        continue;
      }
      Path path = level.children.next();
      LocalEntry entry = LocalEntry.of(path, level.prefix + path.getFileName());
      if (excludes.excludes(entry.name(), entry.attributes().isDirectory())) {
        continue;
      }
      if (!entry.objection().isEmpty()) {
        skipped.add(entry.name(), entry.objection());
        continue;
      }
      if (entry.attributes().isDirectory()) {
        enter(path, entry.name() + "/");
      }
      return entry;
    }
    return null;
  }
}
