package dev.sandpiper.blaxel;

import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.ExecResult;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.TransferListener;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.FileCommands.Job;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.files.DirectorySource;
import dev.sandpiper.files.DirectoryTarget;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whole directories by way of an archive in the sandbox's {@code /tmp}: processes there have no
 * input, and their output is text. {@code tar} works at that end, our own at this one.
 */
final class DirectoryCopies {
  private static final Logger log = LoggerFactory.getLogger(DirectoryCopies.class);
  private static final String DOWNLOAD = "download directory";
  private static final String UPLOAD = "upload directory";
  private static final String PART = "a part of the directory may be there";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration TAR = Duration.ofHours(1);

  /** The way of the archive between the machines. */
  interface Archives {
    InputStream open(String path, ReadOptions options);

    void write(String path, Content content, UploadProgress progress);
  }

  private final FileCommands commands;
  private final Archives archives;

  DirectoryCopies(FileCommands commands, Archives archives) {
    this.commands = commands;
    this.archives = archives;
  }

  private static String archive() {
    return "/tmp/." + Nonce.random() + ".tar";
  }

  DirectorySummary download(String directory, Path target, DirectoryOptions options) {
    Job job = new Job(DOWNLOAD, directory, Scripts.PACK, TAR);
    try {
      return LocalDirectory.create(
          target, "." + Nonce.random() + ".part", part -> fetch(job, part, options));
    } catch (SandboxIOException e) {
      throw e.failure();
    } catch (TarFormatException e) {
      throw new WireFormatException(job.failure(String.valueOf(e.getMessage())), e);
    } catch (UnsafeEntryException e) {
      throw new InvalidRequestException(job.failure(String.valueOf(e.getMessage())), e);
    } catch (IOException e) {
      throw new UncheckedIOException("download directory " + directory + " to " + target, e);
    }
  }

  private DirectorySummary fetch(Job job, Path part, DirectoryOptions options) throws IOException {
    String archive = archive();
    String start = job.path().endsWith("/") ? job.path() : job.path() + "/";
    try {
      ExecResult packed = commands.exec(job, start, archive);
      FileCommands.requireSuccess(job, packed);
      try (InputStream stream = archives.open(archive, ReadOptions.whole())) {
        DirectorySummary summary = DirectoryTarget.unpack(stream, part, options);
        return withWarnings(summary, warnings(packed, archive), options);
      }
    } finally {
      delete(job, archive);
    }
  }

  /** What tar left out by itself, such as sockets; that is also the archive itself. */
  private static List<String> warnings(ExecResult packed, String archive) {
    String itself = archive.substring(archive.lastIndexOf('/') + 1);
    return packed
        .stderr()
        .text()
        .lines()
        .filter(line -> !line.isBlank() && !line.contains(itself))
        .limit(1000)
        .toList();
  }

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
    Job job = new Job(UPLOAD, directory, Scripts.UNPACK, TAR);
    DirectorySummary expected = scan(job, source, options);
    commands.change(
        new Job(UPLOAD, directory, Scripts.MAKE_DIRECTORY, PATIENCE),
        "whether the directory was made cannot be known",
        directory);
    AtomicReference<@Nullable DirectorySource> opened = new AtomicReference<>();
    Content content =
        Content.of(
            () -> {
              DirectorySource stream = DirectorySource.open(source, options, expected);
              opened.set(stream);
              return stream;
            });
    try {
      send(job, content);
      return expected;
    } catch (SandboxException e) {
      DirectorySource stream = opened.get();
      RuntimeException thrown = stream == null ? null : stream.thrown();
      if (thrown != null) {
        thrown.addSuppressed(e);
        throw thrown;
      }
      throw e;
    }
  }

  private void send(Job job, Content content) {
    String archive = archive();
    boolean unpacked = false;
    try {
      UploadProgress nobody = new UploadProgress(TransferListener.none(), OptionalLong.empty());
      archives.write(archive, content, nobody);
      unpack(job, archive);
      unpacked = true;
    } finally {
      if (!unpacked) {
        delete(job, archive);
      }
    }
  }

  private void unpack(Job job, String archive) {
    try {
      FileCommands.requireSuccess(job, commands.exec(job, archive, job.path()));
    } catch (InvalidRequestException e) {
      throw new InvalidRequestException(
          e.failure().withObserved(PART + "; " + e.failure().observed()), e);
    } catch (SandboxException e) {
      throw Ambiguity.mayHaveStarted(e) ? Ambiguity.unknown(e, PART) : e;
    }
  }

  private static DirectorySummary scan(Job job, Path source, DirectoryOptions options) {
    try {
      return DirectorySource.scan(source, options);
    } catch (UnsafeEntryException e) {
      throw new InvalidRequestException(job.failure(String.valueOf(e.getMessage())), e);
    } catch (IOException e) {
      throw new UncheckedIOException("upload directory " + source, e);
    }
  }

  /** Also for whoever was interrupted: the archive may be large. */
  private void delete(Job job, String archive) {
    boolean interrupted = Thread.interrupted();
    try {
      commands.change(
          new Job(job.operation(), job.path(), Scripts.DELETE, PATIENCE),
          "whether " + archive + " is left cannot be known",
          archive);
    } catch (NotFoundException e) {
      log.debug("{}: there is no {}", job.path(), archive);
    } catch (SandboxException e) {
      log.warn("{} was left behind: {}", archive, e.getMessage());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
