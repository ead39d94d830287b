package dev.sandpiper.e2b;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.files.DirectoryCopies;
import dev.sandpiper.files.FileReads;
import java.io.InputStream;
import java.util.Map;

/** Archives on their way, as files in one request each. */
final class EnvdArchives implements DirectoryCopies.Archives {
  private final EnvdVersion version;
  private final FilesystemRpc rpc;
  private final FileReads reads;
  private final FileWrites writes;
  private final EnvdFiles files;

  EnvdArchives(
      EnvdVersion version, FilesystemRpc rpc, FileReads reads, FileWrites writes, EnvdFiles files) {
    this.version = version;
    this.rpc = rpc;
    this.reads = reads;
    this.writes = writes;
    this.files = files;
  }

  @Override
  public void makeDirectory(String directory) {
    rpc.makeDirectory(directory);
  }

  @Override
  public void write(String archive, Content content) {
    if (version.isBefore(EnvdVersion.RAW_UPLOADS)) {
      writes.together(
          Map.of(archive, content), files.formUrl(), E2bWriteOptions.of(WriteOptions.inPlace()));
      return;
    }
    writes.upload(FileWrites.Job.quiet(archive, files.filesUrl(archive), content));
  }

  @Override
  public InputStream open(String archive) {
    return reads.open("read", archive, ReadOptions.whole());
  }

  @Override
  public void delete(String archive) {
    rpc.hasty().remove(archive);
  }

  @Override
  public Command reading(Command command) {
    return command.user("root");
  }
}
