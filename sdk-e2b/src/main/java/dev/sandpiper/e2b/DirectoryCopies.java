package dev.sandpiper.e2b;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.FileType;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.Processes;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.files.DirectorySource;
import dev.sandpiper.files.DirectoryTarget;
import dev.sandpiper.files.LocalDirectory;
import dev.sandpiper.files.TarFormatException;
import dev.sandpiper.files.UnsafeEntryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Whole directories in one stream each: {@code tar} at the sandbox's end, our own at this one. */
final class DirectoryCopies {
  private static final int NOT_FOUND = 127;

  private final FilesystemRpc rpc;
  private final Processes processes;
  private final EnvdVersion version;

  DirectoryCopies(FilesystemRpc rpc, Processes processes, EnvdVersion version) {
    this.rpc = rpc;
    this.processes = processes;
    this.version = version;
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
    // With the rights of root, which every file operation has here.
    Command command = Command.of("tar", "-c", "-f", "-", "-C", directory, ".").user("root");
    try (Process tar = processes.start(command);
        ProcessBytes archive = new ProcessBytes(tar, "download directory", directory)) {
      DirectorySummary summary;
      try {
        summary = DirectoryTarget.unpack(archive, part, options);
      } catch (IOException e) {
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
    Command command = Command.of("tar", "-x", "-p", "-o", "-f", "-", "-C", directory);
    AtomicReference<@Nullable DirectorySource> opened = new AtomicReference<>();
    Content archive =
        Content.of(
            () -> {
              DirectorySource stream = DirectorySource.open(source, options, expected);
              opened.set(stream);
              return stream;
            });
    rpc.makeDirectory(directory);
    try {
      requireSuccess(directory, processes.exec(command.stdin(archive)));
      return expected;
    } catch (SandboxException e) {
      DirectorySource stream = opened.get();
      RuntimeException thrown = stream == null ? null : stream.thrown();
      if (thrown != null) {
        thrown.addSuppressed(e);
        throw thrown;
      }
      throw told(e);
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
    throw result.exit().code().orElse(0) == NOT_FOUND
        ? new InvalidRequestException(failure("upload directory", directory, noTar()))
        : new PlatformException(
            failure(
                "upload directory",
                directory,
                "a part may be there; tar ended with " + result.exit() + ": " + said));
  }

  static String noTar() {
    return "the sandbox has no tar, which copies directories; copy the files one by one";
  }

  /** What is left behind when a command was stopped in the middle. */
  private static SandboxException told(SandboxException failure) {
    boolean nothing =
        failure instanceof InvalidRequestException || !Ambiguity.mayHaveStarted(failure);
    if (nothing || failure.failure().observed().contains("a part may be there")) {
      return failure;
    }
    return Ambiguity.unknown(failure, "a part of the directory may be there");
  }

  private static Failure failure(String operation, String directory, @Nullable String observed) {
    return Failure.of(operation, directory, String.valueOf(observed));
  }
}
