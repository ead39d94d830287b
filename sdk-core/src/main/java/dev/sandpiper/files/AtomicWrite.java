package dev.sandpiper.files;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.Restated;
import dev.sandpiper.http.Uninterrupted;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a hidden file next to the target and renames it over the target. If the target is a link,
 * the file that it points to is replaced. The mode of a replaced file is kept.
 */
public record AtomicWrite(FilePlatform platform, BackgroundThreads threads) {
  private static final Logger log = LoggerFactory.getLogger(AtomicWrite.class);
  private static final String UNCHANGED = "the file is unchanged";
  private static final String REPLACED = "the file was replaced";
  private static final String UNKNOWN = "it is unknown whether the file was replaced";

  /**
   * Replaces the file at {@code path}.
   *
   * @param upload writes a file in place at the given path
   */
  public void replace(String path, Consumer<String> upload) {
    requireReplaceable(path, path);
    Optional<FileInfo> old = old(path);
    String target = old.map(FileInfo::path).orElse(path);
    requireReplaceable(path, target);
    String aside = SandboxPaths.directory(target) + "." + Nonce.random();
    try {
      upload.accept(aside);
    } catch (RuntimeException e) {
      throw restated(e, path, aside, UNCHANGED + removed(aside, isAnswered(e)));
    }
    move(path, aside, target, old.map(FileInfo::mode));
  }

  /** True if the server responded: then it no longer writes to the hidden file. */
  private static boolean isAnswered(RuntimeException failure) {
    return failure instanceof SandboxException known
        && known.status().isPresent()
        && !(known instanceof ConnectionLostException)
        && !(known instanceof DeadlineExceededException);
  }

  /** The existing file, with links followed; empty if there is none. */
  private Optional<FileInfo> old(String path) {
    Optional<FileInfo> found = platform.look(path);
    if (found.isPresent() && found.get().type() == FileType.LINK) {
      found = found.get().linkTarget().flatMap(platform::look);
      if (found.isEmpty()) {
        throw refused(path, "it is a dangling link, which is not replaced");
      }
    }
    if (found.isPresent() && found.get().type() != FileType.FILE) {
      throw refused(
          path, "it is not a regular file (" + found.get().type() + "), and is not replaced");
    }
    return found;
  }

  private static void requireReplaceable(String path, String target) {
    SandboxPaths.requireNameOfFile(path, target);
    if (SandboxPaths.isOfTheSystem(target)) {
      throw refused(path, "files in /proc and /sys cannot be replaced; write without atomic()");
    }
  }

  private static InvalidRequestException refused(String path, String observed) {
    return new InvalidRequestException(Failure.of("write", path, observed));
  }

  private void move(String path, String aside, String target, Optional<Integer> mode) {
    try {
      platform.replace(path, aside, target, mode);
    } catch (RuntimeException e) {
      boolean isRefused = e instanceof SandboxException known && !Ambiguity.mayHaveStarted(known);
      String outcome = isRefused ? UNCHANGED + removed(aside, true) : settled(path, aside);
      if (outcome.equals(REPLACED) && !(e instanceof CancelledException)) {
        log.warn("write {}: {}; the file was replaced nevertheless", path, e.getMessage());
        return;
      }
      throw restated(e, path, aside, outcome);
    }
  }

  /**
   * Determines the outcome of an ambiguous move, by removing the hidden file, whose name is unique:
   * if it is still there, the move did not happen and will not.
   */
  private String settled(String path, String aside) {
    try {
      return Uninterrupted.get(() -> platform.withdraw(path, aside)) ? UNCHANGED : REPLACED;
    } catch (RuntimeException e) {
      log.warn("write {}: {}, because {}", path, UNKNOWN, e.getMessage());
      return UNKNOWN + ", and " + aside + " may be left behind";
    }
  }

  /** Deletes the hidden file. Returns what to add to the message: nothing, if it was deleted. */
  private String removed(String aside, boolean isSettled) {
    try {
      new HiddenFiles(platform, threads).delete(List.of(aside), isSettled);
      return "";
    } catch (RuntimeException e) {
      log.warn("{} was left behind: {}", aside, e.getMessage());
      return ", and " + aside + " is left behind";
    }
  }

  /** Restates the failure for the path that the caller passed, with the outcome prepended. */
  private static RuntimeException restated(
      RuntimeException failure, String path, String aside, String outcome) {
    if (!(failure instanceof SandboxException known)) {
      log.warn("write {}: {}", path, outcome);
      return failure;
    }
    Failure said = known.failure();
    String named = said.observed().replace(aside, path);
    Failure restated =
        said.withOperation("write", path)
            .withObserved(Ambiguity.mayHaveStarted(known) ? outcome + "; " + named : named);
    return restated.equals(said) ? known : Restated.as(restated, known);
  }
}
