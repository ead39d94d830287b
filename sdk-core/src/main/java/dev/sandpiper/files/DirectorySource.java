package dev.sandpiper.files;

import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A local directory as a tar archive, generated while it is read. Not thread-safe. */
final class DirectorySource extends JoinedStream {
  private static final byte[] END = new byte[2 * TarReader.BLOCK];

  private final LocalWalk walk;
  private final UploadProgress progress;
  private final Skipped skipped;
  private boolean ended;

  private DirectorySource(Path root, DirectoryOptions options, UploadProgress progress)
      throws IOException {
    this.walk = new LocalWalk(root, options);
    this.progress = progress;
    this.skipped = new Skipped(options);
  }

  /**
   * Walks the directory without reading file contents.
   *
   * @throws UnsafeEntryException if an entry cannot be copied and the options do not allow skipping
   *     it
   */
  static DirectorySummary scan(Path root, DirectoryOptions options) throws IOException {
    Skipped skipped = new Skipped(options);
    LocalWalk walk = new LocalWalk(root, options);
    long entries = 0;
    long bytes = 0;
    for (LocalEntry entry = walk.next(skipped); entry != null; entry = walk.next(skipped)) {
      entries++;
      bytes += entry.size();
    }
    if (bytes > options.limitBytes()) {
      throw new UnsafeEntryException(
          "the directory has " + bytes + " bytes, more than the limit of " + options.limitBytes());
    }
    return new DirectorySummary(entries, bytes, skipped.reported(), skipped.count());
  }

  /** Starts a new archive and resets its progress. */
  static DirectorySource open(Path root, DirectoryOptions options, UploadProgress progress)
      throws IOException {
    progress.restart();
    return new DirectorySource(root, options, progress);
  }

  DirectorySummary summary() {
    return new DirectorySummary(
        progress.entries(), progress.sent(), skipped.reported(), skipped.count());
  }

  @Override
  protected @Nullable InputStream next() throws IOException {
    if (ended) {
      return null;
    }
    progress.pass();
    LocalEntry entry = walk.next(skipped);
    if (entry == null) {
      ended = true;
      return new ByteArrayInputStream(END);
    }
    progress.entry();
    InputStream header = new ByteArrayInputStream(entry.header());
    if (!entry.attributes().isRegularFile()) {
      return header;
    }
    InputStream content =
        progress.of(FileSlice.open(entry.path(), 0, entry.size(), LinkOption.NOFOLLOW_LINKS));
    InputStream padding = new ByteArrayInputStream(new byte[TarReader.padding(entry.size())]);
    return new SequenceInputStream(new SequenceInputStream(header, content), padding);
  }
}
