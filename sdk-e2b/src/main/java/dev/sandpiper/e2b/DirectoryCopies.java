package dev.sandpiper.e2b;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.FileType;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.Processes;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.files.DirectorySource;
import dev.sandpiper.files.DirectoryTarget;
import dev.sandpiper.files.ListedArchive;
import dev.sandpiper.files.LocalDirectory;
import dev.sandpiper.files.TarFormatException;
import dev.sandpiper.files.UnsafeEntryException;
import dev.sandpiper.http.Ambiguity;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whole directories in one stream each: {@code tar} at the sandbox's end, our own at this one. Once
 * a sandbox has shown that its tar is none, file by file.
 */
final class DirectoryCopies {
  private static final Logger log = LoggerFactory.getLogger(DirectoryCopies.class);
  private static final int EMPTY_ARCHIVE = 10_240;
  private static final int NOT_FOUND = 127;
  private static final String PART = "a part of the directory may be there";

  private final FilesystemRpc rpc;
  private final Processes processes;
  private final EnvdVersion version;
  private final FileByFile fileByFile;
  private final AtomicBoolean withoutTar = new AtomicBoolean();

  DirectoryCopies(
      FilesystemRpc rpc, Processes processes, EnvdVersion version, FileByFile fileByFile) {
    this.rpc = rpc;
    this.processes = processes;
    this.version = version;
    this.fileByFile = fileByFile;
  }

  private void giveUpTar(String directory, String reason) {
    if (withoutTar.compareAndSet(false, true)) {
      log.warn(
          "{}: the sandbox has no tar that can be used ({}); its directories are copied file by"
              + " file, which takes longer",
          directory,
          reason);
    }
  }

  DirectorySummary download(String directory, Path target, DirectoryOptions options) {
    FileType type = rpc.stat("download directory", directory).type();
    if (type != FileType.DIRECTORY && type != FileType.LINK) {
      throw FilesystemRpc.refused(
          "download directory", directory, "it is no directory but of type " + type);
    }
    try {
      return LocalDirectory.create(
          target, "." + Nonce.random() + ".part", part -> fetch(directory, part, options));
    } catch (SandboxIOException e) {
      throw e.failure();
    } catch (TarFormatException e) {
      throw new WireFormatException(failure("download directory", directory, e.getMessage()), e);
    } catch (UnsafeEntryException e) {
      throw new InvalidRequestException(
          failure("download directory", directory, e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException("download directory " + directory + " to " + target, e);
    }
  }

  private DirectorySummary fetch(String directory, Path part, DirectoryOptions options)
      throws IOException {
    DirectorySummary byTar = withoutTar.get() ? null : fetchByTar(directory, part, options);
    if (byTar != null) {
      return byTar;
    }
    SandboxTree tree = fileByFile.tree(directory, options);
    try (ListedArchive archive = new ListedArchive(tree)) {
      DirectorySummary summary = DirectoryTarget.unpack(archive, part, options);
      return withWarnings(summary, tree.warnings(), options);
    }
  }

  /** Null if the sandbox has no tar, and nothing was done. */
  private @Nullable DirectorySummary fetchByTar(
      String directory, Path part, DirectoryOptions options) throws IOException {
    // With the rights of root, which every file operation has here.
    Command command = Command.of("tar", "-c", "-f", "-", "-C", directory, ".").user("root");
    try (Process tar = processes.start(command);
        ProcessBytes archive = new ProcessBytes(tar, "download directory", directory)) {
      DirectorySummary summary;
      try {
        summary = DirectoryTarget.unpack(archive, part, options);
      } catch (IOException e) {
        if (archive.neverBegan()) {
          giveUpTar(directory, archive.complaint().map(Throwable::getMessage).orElse(""));
          return null;
        }
        throw archive.complaint().<IOException>map(SandboxIOException::new).orElse(e);
      }
      archive.readToEnd();
      if (archive.complaint().isPresent()) {
        throw new SandboxIOException(archive.complaint().get());
      }
      return withWarnings(summary, archive.warnings(), options);
    }
  }

  /** What tar left out by itself, such as sockets. */
  private static DirectorySummary withWarnings(
      DirectorySummary summary, List<String> warnings, DirectoryOptions options)
      throws UnsafeEntryException {
    if (warnings.isEmpty()) {
      return summary;
    }
    if (!options.skipsUnsafe()) {
      throw new UnsafeEntryException(String.join("; ", warnings));
    }
    List<String> skipped = new ArrayList<>(summary.skipped());
    skipped.addAll(warnings);
    return new DirectorySummary(
        summary.entries(), summary.bytes(), skipped, summary.skippedCount() + warnings.size());
  }

  DirectorySummary upload(Path source, String directory, DirectoryOptions options) {
    if (!Files.isDirectory(source)) {
      throw new UncheckedIOException(new NotDirectoryException(source.toString()));
    }
    version.require(
        EnvdVersion.CLOSABLE_STDIN,
        "upload directory",
        directory,
        "a directory in one stream",
        Capability.STDIN);
    DirectorySummary expected = scan(source, directory, options);
    boolean isNew = rpc.makeDirectory(directory);
    AtomicReference<@Nullable DirectorySource> opened = new AtomicReference<>();
    Content archive =
        Content.of(
            () -> {
              DirectorySource stream = DirectorySource.open(source, options, expected);
              opened.set(stream);
              return stream;
            });
    try {
      if (withoutTar.get() || !sendByTar(directory, archive)) {
        sendFileByFile(source, archive, directory, isNew);
      }
      return expected;
    } catch (SandboxException | UncheckedIOException e) {
      DirectorySource stream = opened.get();
      RuntimeException thrown = stream == null ? null : stream.thrown();
      if (thrown != null) {
        thrown.addSuppressed(e);
        throw thrown;
      }
      throw e instanceof SandboxException failure ? told(failure) : e;
    }
  }

  private static Command unpack(String directory) {
    return Command.of("tar", "-x", "-p", "-o", "-f", "-", "-C", directory);
  }

  /** False if the sandbox has no tar, and nothing was done. */
  private boolean sendByTar(String directory, Content archive) {
    ExecResult result = processes.exec(unpack(directory).stdin(archive));
    if (isUseless(result, directory)) {
      giveUpTar(directory, "it ended with " + result.exit());
      return false;
    }
    requireSuccess(directory, result);
    return true;
  }

  /** Who cannot unpack nothing cannot unpack anything. */
  private boolean isUseless(ExecResult result, String directory) {
    if (result.exit().isSuccess() || !(result.exit() instanceof ExitStatus.Exited)) {
      return false;
    }
    Content nothing = Content.of(new byte[EMPTY_ARCHIVE]);
    return result.exit().code().orElseThrow() == NOT_FOUND
        || !processes.exec(unpack(directory).stdin(nothing)).exit().isSuccess();
  }

  private void sendFileByFile(Path source, Content archive, String directory, boolean isNew) {
    try (InputStream stream = archive.open()) {
      fileByFile.upload(stream, directory, isNew);
    } catch (SandboxException e) {
      throw e instanceof InvalidRequestException
          ? new InvalidRequestException(
              e.failure().withObserved(PART + "; " + e.failure().observed()), e)
          : e;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "upload directory " + source + " to " + directory + ", of which " + PART, e);
    }
  }

  private static DirectorySummary scan(Path source, String directory, DirectoryOptions options) {
    try {
      return DirectorySource.scan(source, options);
    } catch (UnsafeEntryException e) {
      throw new InvalidRequestException(failure("upload directory", directory, e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException("upload directory " + source, e);
    }
  }

  private static void requireSuccess(String directory, ExecResult result) {
    if (result.exit().isSuccess()) {
      return;
    }
    String said = result.stderr().text().strip();
    throw new PlatformException(
        failure(
            "upload directory",
            directory,
            PART + "; tar ended with " + result.exit() + ": " + said));
  }

  /** What is left behind when a command was stopped in the middle. */
  private static SandboxException told(SandboxException failure) {
    boolean nothing =
        failure instanceof InvalidRequestException || !Ambiguity.mayHaveStarted(failure);
    if (nothing || failure.failure().observed().contains(PART)) {
      return failure;
    }
    return Ambiguity.unknown(failure, PART);
  }

  private static Failure failure(String operation, String directory, @Nullable String observed) {
    return Failure.of(operation, directory, String.valueOf(observed));
  }
}
