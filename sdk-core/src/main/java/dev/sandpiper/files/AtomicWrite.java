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
import dev.sandpiper.http.Retold;
import dev.sandpiper.http.Uninterrupted;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes beside a file and then moves over it. The file that is replaced is the one that a link
 * leads to, and its mode is kept.
 */
public record AtomicWrite(FilePlatform platform, BackgroundThreads threads) {
  private static final Logger log = LoggerFactory.getLogger(AtomicWrite.class);
  private static final String UNCHANGED = "the file is as it was";
  private static final String REPLACED = "the file was replaced";
  private static final String UNKNOWN = "whether the file was replaced cannot be known";

  /**
   * Replaces the file at {@code path}.
   *
   * @param upload writes a file in place, at the path that it is given
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
      throw told(e, path, aside, UNCHANGED + removed(aside, isAnswered(e)));
    }
    move(path, aside, target, old.map(FileInfo::mode));
  }

  /** A server that has answered writes no more. */
  private static boolean isAnswered(RuntimeException failure) {
    return failure instanceof SandboxException known
        && known.status().isPresent()
        && !(known instanceof ConnectionLostException)
        && !(known instanceof DeadlineExceededException);
  }

  /** The file that is there, links followed; empty if nothing is. */
  private Optional<FileInfo> old(String path) {
    Optional<FileInfo> found = platform.look(path);
    if (found.isPresent() && found.get().type() == FileType.LINK) {
      found = found.get().linkTarget().flatMap(platform::look);
      if (found.isEmpty()) {
        throw refused(path, "it is a link that leads nowhere, and stays one");
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
      throw refused(path, "the system's own files are not replaced; write it in place");
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
        log.warn("write {}: {}; the file was replaced all the same", path, e.getMessage());
        return;
      }
      throw told(e, path, aside, outcome);
    }
  }

  /** After a move whose outcome is not known: nobody else has that name. */
  private String settled(String path, String aside) {
    try {
      return Uninterrupted.get(() -> platform.withdraw(path, aside)) ? UNCHANGED : REPLACED;
    } catch (RuntimeException e) {
      log.warn("write {}: {}, because {}", path, UNKNOWN, e.getMessage());
      return UNKNOWN + ", and " + aside + " may be left";
    }
  }

  /** What to add about the new file: nothing, if it is gone. */
  private String removed(String aside, boolean isSettled) {
    try {
      new HiddenFiles(platform, threads).delete(List.of(aside), isSettled);
      return "";
    } catch (RuntimeException e) {
      log.warn("{} was left behind: {}", aside, e.getMessage());
      return ", and " + aside + " is left";
    }
  }

  /** The error about the file that the caller named, with what became of it in front. */
  private static RuntimeException told(
      RuntimeException failure, String path, String aside, String outcome) {
    if (!(failure instanceof SandboxException known)) {
      log.warn("write {}: {}", path, outcome);
      return failure;
    }
    Failure said = known.failure();
    String named = said.observed().replace(aside, path);
    Failure told =
        said.withOperation("write", path)
            .withObserved(Ambiguity.mayHaveStarted(known) ? outcome + "; " + named : named);
    return told.equals(said) ? known : Retold.as(told, known);
  }
}
