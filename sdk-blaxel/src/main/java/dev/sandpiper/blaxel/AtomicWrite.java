package dev.sandpiper.blaxel;

import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.blaxel.FileCommands.Job;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.http.Ambiguity;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes beside a file and then moves over it. The file that is replaced is the one that a link
 * leads to, and its mode is kept.
 */
final class AtomicWrite {
  private static final Logger log = LoggerFactory.getLogger(AtomicWrite.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final FileCommands commands;
  private final Listing listing;

  AtomicWrite(FileCommands commands, Listing listing) {
    this.commands = commands;
    this.listing = listing;
  }

  /**
   * Replaces the file at {@code path}.
   *
   * @param upload writes a file in place, at the path that it is given
   */
  void replace(String path, Consumer<String> upload) {
    requireReplaceable(path, path);
    Optional<FileInfo> old = old(path);
    String target = old.map(FileInfo::path).orElse(path);
    requireReplaceable(path, target);
    String aside = target.substring(0, target.lastIndexOf('/') + 1) + "." + Nonce.random();
    try {
      upload.accept(aside);
    } catch (RuntimeException e) {
      throw told(e, path, cleanUp(path, aside));
    }
    move(
        path,
        aside,
        target,
        old.map(info -> String.format(Locale.ROOT, "%04o", info.mode())).orElse(""));
  }

  /** The file that is there, links followed; empty if nothing is. */
  private Optional<FileInfo> old(String path) {
    Optional<FileInfo> found = listing.look("write", path);
    if (found.isPresent() && found.get().type() == FileType.LINK) {
      String target =
          found
              .get()
              .linkTarget()
              .orElseThrow(() -> refused(path, "it is a link that leads nowhere, and stays one"));
      found = Optional.of(listing.stat("write", target));
    }
    if (found.isPresent() && found.get().type() != FileType.FILE) {
      throw refused(
          path, "it is no regular file (" + found.get().type() + "), and is not replaced");
    }
    return found;
  }

  private static InvalidRequestException refused(String path, String observed) {
    return new InvalidRequestException(
        new Job("write", path, Scripts.REPLACE, PATIENCE).failure(observed));
  }

  private static void requireReplaceable(String path, String target) {
    if (target.endsWith("/") || target.endsWith("/.") || target.endsWith("/..")) {
      throw refused(path, "that is the name of a directory");
    }
    if (target.matches("/+(proc|sys)/.*")) {
      throw refused(path, "the system's own files are not replaced; write it in place");
    }
  }

  private void move(String path, String aside, String target, String mode) {
    Job job = new Job("write", path, Scripts.REPLACE, PATIENCE);
    try {
      FileCommands.requireSuccess(job, commands.exec(job, aside, target, mode));
    } catch (SandboxException e) {
      if (!Ambiguity.mayHaveStarted(e) || isStillThere(aside)) {
        throw told(e, path, cleanUp(path, aside));
      }
      log.warn("write {}: {}; the file was replaced all the same", path, e.getMessage());
    }
  }

  /** After a move whose outcome is not known: nobody else has that name. */
  private boolean isStillThere(String aside) {
    try {
      return listing.look("write", aside).isPresent();
    } catch (SandboxException e) {
      return true;
    }
  }

  /** What is left behind; null for nothing. */
  private @Nullable String cleanUp(String path, String aside) {
    boolean interrupted = Thread.interrupted();
    try {
      Job job = new Job("write", path, Scripts.DELETE, PATIENCE);
      commands.change(job, "whether " + aside + " is left cannot be known", aside);
      return null;
    } catch (NotFoundException e) {
      return null;
    } catch (SandboxException e) {
      log.warn("{} was left behind: {}", aside, e.getMessage());
      return aside;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The error, with what became of the file in front of it. */
  private static RuntimeException told(
      RuntimeException failure, String path, @Nullable String left) {
    String outcome =
        left == null ? "the file is as it was" : "the file is as it was, and " + left + " is left";
    if (failure instanceof SandboxException known && !(failure instanceof NotFoundException)) {
      return Ambiguity.mayHaveStarted(known) ? Ambiguity.unknown(known, outcome) : known;
    }
    log.debug("write {} failed: {}", path, outcome);
    return failure;
  }
}
