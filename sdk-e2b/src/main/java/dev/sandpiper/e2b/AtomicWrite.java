package dev.sandpiper.e2b;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Processes;
import dev.sandpiper.SandboxException;
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
 * leads to, and its mode is kept, for which the sandbox must have {@code chmod}.
 */
final class AtomicWrite {
  private static final Logger log = LoggerFactory.getLogger(AtomicWrite.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What a new file gets, so that nothing must be changed to keep it. */
  private static final int ORDINARY_MODE = 0644;

  private final FilesystemRpc rpc;
  private final Processes processes;

  AtomicWrite(FilesystemRpc rpc, Processes processes) {
    this.rpc = rpc;
    this.processes = processes;
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
      if (old.isPresent() && old.get().mode() != ORDINARY_MODE) {
        keepMode(path, aside, old.get().mode());
      }
    } catch (RuntimeException e) {
      throw told(e, path, cleanUp(aside));
    }
    move(path, aside, target);
  }

  /** The file that is there, links followed; empty if nothing is. */
  private Optional<FileInfo> old(String path) {
    Optional<FileInfo> found = rpc.look("write", path);
    if (found.isPresent() && found.get().type() == FileType.LINK) {
      String target =
          found
              .get()
              .linkTarget()
              .orElseThrow(
                  () ->
                      FilesystemRpc.refused(
                          "write", path, "it is a link that leads nowhere, and stays one"));
      found = Optional.of(rpc.stat("write", target));
    }
    if (found.isPresent() && found.get().type() != FileType.FILE) {
      throw FilesystemRpc.refused(
          "write", path, "it is no regular file (" + found.get().type() + "), and is not replaced");
    }
    return found;
  }

  private static void requireReplaceable(String path, String target) {
    if (target.endsWith("/") || target.endsWith("/.") || target.endsWith("/..")) {
      throw FilesystemRpc.refused("write", path, "that is the name of a directory");
    }
    if (target.matches("/+(proc|sys)/.*")) {
      throw FilesystemRpc.refused(
          "write", path, "the system's own files are not replaced; write it in place");
    }
  }

  private void keepMode(String path, String aside, int mode) {
    Command command =
        Command.of("chmod", String.format(Locale.ROOT, "%04o", mode), aside)
            .user("root")
            .timeout(PATIENCE);
    ExecResult result = processes.exec(command);
    if (!result.exit().isSuccess()) {
      throw new PlatformException(
          Failure.of(
              "write",
              path,
              "the old file's mode cannot be kept: " + result.stderr().text().strip()));
    }
  }

  private void move(String path, String aside, String target) {
    try {
      rpc.move("write", aside, target);
    } catch (SandboxException e) {
      if (!Ambiguity.mayHaveStarted(e) || isStillThere(aside)) {
        throw told(e, path, cleanUp(aside));
      }
      log.warn("write {}: {}; the file was replaced all the same", path, e.getMessage());
    }
  }

  /** After a move whose outcome is not known: nobody else has that name. */
  private boolean isStillThere(String aside) {
    try {
      return rpc.look("write", aside).isPresent();
    } catch (SandboxException e) {
      return true;
    }
  }

  /** What is left behind; null for nothing. */
  private @Nullable String cleanUp(String aside) {
    boolean interrupted = Thread.interrupted();
    try {
      rpc.remove(aside);
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
