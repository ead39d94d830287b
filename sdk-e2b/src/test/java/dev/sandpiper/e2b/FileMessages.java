package dev.sandpiper.e2b;

import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.FileType;
import dev.sandpiper.e2b.proto.FilesystemProto.StatResponse;
import mockwebserver3.MockResponse;

/** What a sandbox answers about files in more than one test. */
final class FileMessages {
  static final String ONE_FILE =
      "[{\"path\": \"/a\", \"name\": \"a\", \"type\": \"file\", \"news\": 1}]";

  private FileMessages() {}

  static EntryInfo.Builder entry(String path, int mode) {
    return EntryInfo.newBuilder()
        .setName(path.substring(path.lastIndexOf('/') + 1))
        .setPath(path)
        .setType(FileType.FILE_TYPE_FILE)
        .setMode(mode)
        .setPermissions("-rw-r--r--");
  }

  /** The answer to a question about an entry. */
  static MockResponse stat(EntryInfo.Builder entry) {
    return Frames.unary(StatResponse.newBuilder().setEntry(entry).build());
  }
}
