package dev.sandpiper.files;

import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.wire.BlockInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A directory of this machine as a tar archive, made while it is read. For one thread. */
public final class DirectorySource extends BlockInputStream {
  private static final int END = 2 * TarReader.BLOCK;

  private final LocalWalk walk;
  private final DirectoryOptions options;
  private final DirectorySummary expected;
  private final Skipped skipped;
  private byte[] header = {};
  private int headerRead;
  private @Nullable InputStream content;
  private String name = "";
  private long left;
  private long entries;
  private long bytes;
  private long fileBytes;
  private boolean ended;
  private volatile @Nullable RuntimeException thrown;

  private DirectorySource(Path root, DirectoryOptions options, DirectorySummary expected)
      throws IOException {
    this.walk = new LocalWalk(root);
    this.options = options;
    this.expected = expected;
    this.skipped = new Skipped(options);
  }

  /**
   * Looks at everything without reading it.
   *
   * @throws UnsafeEntryException if there is what cannot be copied and must not be left out
   */
  public static DirectorySummary scan(Path root, DirectoryOptions options) throws IOException {
    Skipped skipped = new Skipped(options);
    LocalWalk walk = new LocalWalk(root);
    long entries = 0;
    long bytes = 0;
    for (LocalEntry entry = walk.next(); entry != null; entry = walk.next()) {
      if (entry.objection().isEmpty()) {
        entries++;
        bytes += entry.size();
      } else {
        skipped.add(entry.name(), entry.objection());
      }
    }
    if (bytes > options.limit()) {
      throw new UnsafeEntryException(
          "the directory has " + bytes + " bytes, the limit is " + options.limit());
    }
    return new DirectorySummary(entries, bytes, skipped.told(), skipped.count());
  }

  /**
   * Begins an archive.
   *
   * @param expected what a scan found
   */
  public static DirectorySource open(Path root, DirectoryOptions options, DirectorySummary expected)
      throws IOException {
    return new DirectorySource(root, options, expected);
  }

  /** What was read so far. */
  public DirectorySummary summary() {
    return new DirectorySummary(entries, bytes, skipped.told(), skipped.count());
  }

  /** What the listener threw; null if nothing. */
  public @Nullable RuntimeException thrown() {
    return thrown;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (headerRead == header.length) {
      if (left > 0) {
        return readContent(target, offset, length);
      }
      if (!advance()) {
        return -1;
      }
    }
    int count = Math.min(length, header.length - headerRead);
    System.arraycopy(header, headerRead, target, offset, count);
    headerRead += count;
    return count;
  }

  private int readContent(byte[] target, int offset, int length) throws IOException {
    InputStream file = content;
    int count = file == null ? -1 : file.read(target, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new FileNotFoundException(name + " became shorter while it was sent");
    }
    left -= count;
    fileBytes += count;
    bytes += count;
    tell();
    return count;
  }

  /** On to the padding of this file, the next entry, or the end. False behind the end. */
  private boolean advance() throws IOException {
    if (content != null) {
      content.close();
      content = null;
      next(new byte[TarReader.padding(fileBytes)]);
      return true;
    }
    LocalEntry entry = nextEntry();
    if (entry == null) {
      boolean more = !ended;
      ended = true;
      next(new byte[more ? END : 0]);
      return more;
    }
    name = entry.name();
    next(entry.header());
    if (entry.attributes().isRegularFile()) {
      content = Files.newInputStream(entry.path(), LinkOption.NOFOLLOW_LINKS);
      left = entry.size();
      fileBytes = 0;
    }
    entries++;
    return true;
  }

  private void next(byte[] bytesOfHeader) {
    header = bytesOfHeader;
    headerRead = 0;
  }

  private @Nullable LocalEntry nextEntry() throws IOException {
    LocalEntry entry = walk.next();
    while (entry != null && !entry.objection().isEmpty()) {
      skipped.add(entry.name(), entry.objection());
      entry = walk.next();
    }
    return entry;
  }

  private void tell() throws IOException {
    try {
      options
          .listener()
          .progress(new TransferProgress(bytes, OptionalLong.of(expected.bytes()), entries));
    } catch (RuntimeException e) {
      thrown = e;
      throw new IOException("the listener of the transfer threw", e);
    }
  }

  @Override
  public void close() throws IOException {
    if (content != null) {
      content.close();
    }
  }
}
