package dev.sandpiper.files;

import java.io.IOException;
import java.io.InputStream;

/** An archive of our own, taken apart again for a sandbox that cannot do that. */
public final class ArchiveEntries {

  /** Is given each entry, a directory before what it holds, by its path. */
  public interface Receiver {
    void directory(String path, int mode) throws IOException;

    /**
     * A file.
     *
     * @param content valid until this returns; what is left of it is skipped
     */
    void file(String path, int mode, InputStream content) throws IOException;

    void link(String path, String target) throws IOException;
  }

  private ArchiveEntries() {}

  /** Reads an archive to its end. */
  public static void pass(InputStream archive, Receiver receiver) throws IOException {
    TarReader reader = new TarReader(archive, Long.MAX_VALUE);
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      switch (entry.kind()) {
        case DIRECTORY ->
            receiver.directory(entry.name().substring(0, entry.name().length() - 1), entry.mode());
        case FILE -> receiver.file(entry.name(), entry.mode(), new EntryContent(reader));
        case LINK -> receiver.link(entry.name(), entry.link());
        case HARD_LINK, SPECIAL -> throw new TarFormatException("an archive that is not ours");
      }
    }
  }

  /** The archive stays open when this is closed. */
  private static final class EntryContent extends InputStream {
    private final TarReader reader;

    EntryContent(TarReader reader) {
      this.reader = reader;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return reader.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return length == 0 ? 0 : reader.read(target, offset, length);
    }
  }
}
