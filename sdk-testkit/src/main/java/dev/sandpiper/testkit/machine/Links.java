package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;

/** Symbolic links, followed as the kernel does. */
public final class Links {
  private static final int MOST_LINKS = 40;

  private Links() {}

  /**
   * Resolves an absolute path. Links are followed one by one, because their targets need not exist.
   *
   * @param followLast whether a link in the last place is followed too
   * @param actual maps the path itself, and each absolute target of a link, to its real location
   */
  public static Path resolve(Path path, boolean followLast, UnaryOperator<Path> actual)
      throws IOException {
    Deque<Path> pending = new ArrayDeque<>();
    actual.apply(path).forEach(pending::add);
    Path current = Path.of("/");
    int links = 0;
    while (!pending.isEmpty()) {
      Path name = pending.pop();
      if (name.toString().equals(".")) continue;
      if (name.toString().equals("..")) {
        current = current.getParent() == null ? current : current.getParent();
        continue;
      }
      Path next = current.resolve(name);
      if (!Files.isSymbolicLink(next) || (pending.isEmpty() && !followLast)) {
        current = next;
        continue;
      }
      if (++links > MOST_LINKS) throw new FileSystemLoopException(path.toString());
      Path target = Files.readSymbolicLink(next);
      if (target.isAbsolute()) current = Path.of("/");
      Deque<Path> names = new ArrayDeque<>();
      (target.isAbsolute() ? actual.apply(target) : target).forEach(names::push);
      names.forEach(pending::push);
    }
    return current;
  }
}
