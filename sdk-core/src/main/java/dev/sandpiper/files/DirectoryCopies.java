package dev.sandpiper.files;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Processes;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.ContentReads;
import dev.sandpiper.http.Restated;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies whole directories as one tar archive in the sandbox's {@code /tmp}, which is always
 * deleted. In the sandbox {@code tar} packs and unpacks; on this machine our own code does.
 * Thread-safe.
 */
public record DirectoryCopies(
    FilePlatform platform, Processes processes, BackgroundThreads threads) {
  private static final Logger log = LoggerFactory.getLogger(DirectoryCopies.class);
  private static final String PART = "a part of the directory may have been created";

  private static String newArchive() {
    return "/tmp/." + Nonce.random() + ".tar";
  }

  /** {@link dev.sandpiper.Filesystem#downloadDirectory} of an absolute path. */
  public DirectorySummary download(String directory, Path target, DirectoryOptions options) {
    Failure about = Failure.of("download directory", directory, "");
    return mapped(
        about,
        () ->
            LocalDirectory.create(
                target,
                "." + Nonce.random() + ".part",
                part -> fetch(about, directory, part, options)));
  }

  private DirectorySummary fetch(
      Failure about, String directory, Path part, DirectoryOptions options) throws IOException {
    String archive = newArchive();
    try {
      Command pack = platform.reading(TarCommands.pack(directory, archive));
      ExecResult packed = processes.exec(pack);
      List<String> warnings = TarCommands.warnings(about, packed, archive, options);
      try (InputStream stream = platform.open(archive)) {
        return withWarnings(DirectoryTarget.unpack(stream, part, options), warnings);
      }
    } finally {
      delete(archive, true);
    }
  }

  private static DirectorySummary withWarnings(DirectorySummary summary, List<String> warnings) {
    List<String> skipped = new ArrayList<>(summary.skipped());
    skipped.addAll(warnings);
    return new DirectorySummary(
        summary.entries(), summary.bytes(), skipped, summary.skippedCount() + warnings.size());
  }

  /** {@link dev.sandpiper.Filesystem#uploadDirectory} to an absolute path. */
  public DirectorySummary upload(Path source, String directory, DirectoryOptions options) {
    Failure about = Failure.of("upload directory", directory, "");
    return mapped(about, () -> upload(about, source, directory, options));
  }

  private DirectorySummary upload(
      Failure about, Path source, String directory, DirectoryOptions options) throws IOException {
    if (!Files.isDirectory(source)) {
      throw new NotDirectoryException(source.toString());
    }
    DirectorySummary expected = DirectorySource.scan(source, options);
    platform.makeDirectory(directory);
    UploadProgress progress =
        new UploadProgress(options.listener(), OptionalLong.of(expected.bytes()));
    AtomicReference<@Nullable DirectorySource> opened = new AtomicReference<>();
    Content content =
        Content.of(
            () -> {
              DirectorySource stream = DirectorySource.open(source, options, progress);
              opened.set(stream);
              return stream;
            });
    progress.run(() -> send(about, directory, content));
    DirectorySource sent = opened.get();
    return sent == null ? expected : sent.summary();
  }

  private void send(Failure about, String directory, Content content) {
    String archive = newArchive();
    boolean written = false;
    boolean deleted = false;
    try {
      platform.write(archive, content);
      written = true;
      deleted = unpack(about, archive, directory);
    } finally {
      if (!deleted) {
        delete(archive, written);
      }
    }
  }

  /** Returns true if the archive was deleted. */
  private boolean unpack(Failure about, String archive, String directory) {
    try {
      ExecResult unpacked = processes.exec(TarCommands.unpack(archive, directory));
      TarCommands.requireSuccess(about.withObserved(PART), unpacked);
      return unpacked.stdout().text().isEmpty();
    } catch (SandboxException e) {
      boolean says = e.failure().observed().startsWith(PART);
      throw says || !Ambiguity.mayHaveStarted(e) ? e : Ambiguity.unknown(e, PART);
    }
  }

  private void delete(String archive, boolean written) {
    try {
      new HiddenFiles(platform, threads).delete(List.of(archive), written);
    } catch (RuntimeException e) {
      log.warn("{} was left behind in the sandbox: {}", archive, e.toString());
    }
  }

  private interface Copy {
    DirectorySummary run() throws IOException;
  }

  private static DirectorySummary mapped(Failure about, Copy copy) {
    try {
      return copy.run();
    } catch (SandboxIOException e) {
      throw restated(about, e.getCause());
    } catch (SandboxException e) {
      throw restated(about, e);
    } catch (InterruptedIOException | ClosedByInterruptException e) {
      throw ContentReads.failed(about, e);
    } catch (TarFormatException e) {
      throw new WireFormatException(about.withObserved(String.valueOf(e.getMessage())), e);
    } catch (UnsafeEntryException e) {
      throw new InvalidRequestException(about.withObserved(String.valueOf(e.getMessage())), e);
    } catch (DirectoryNotEmptyException e) {
      String observed = e.getFile() + " is not empty; the target must not exist, or be empty";
      throw new UncheckedIOException(about.withObserved(observed).message(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(about.operation() + " " + about.subject(), e);
    }
  }

  /**
   * Restates a failure about the archive or its commands, which the caller does not know, as one of
   * the directory.
   */
  private static SandboxException restated(Failure about, SandboxException failure) {
    SandboxException restated = Restated.of(about, failure);
    boolean isOfArchive =
        restated != failure
            && restated instanceof NotFoundException missing
            && missing.what() == What.FILE;
    return isOfArchive ? new PlatformException(restated.failure(), failure) : restated;
  }
}
