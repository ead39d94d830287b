package dev.sandpiper.e2b.files;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.FileInfo;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Processes;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.e2b.E2bWriteOptions;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.files.FilePlatform;
import dev.sandpiper.files.FileReads;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link FilePlatform} over E2B's calls. Keeping a mode requires {@code chmod} in the sandbox. */
record EnvdFilePlatform(
    EnvdVersion version,
    FilesystemRpc rpc,
    FileReads reads,
    FileWrites writes,
    EnvdFiles files,
    Processes processes)
    implements FilePlatform {
  private static final Logger log = LoggerFactory.getLogger(EnvdFilePlatform.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The mode of a new file, which need not be set. */
  private static final int ORDINARY_MODE = 0644;

  @Override
  public Optional<FileInfo> look(String path) {
    return rpc.look("write", path);
  }

  @Override
  public void replace(String path, String hidden, String target, Optional<Integer> mode) {
    mode.filter(bits -> bits != ORDINARY_MODE).ifPresent(bits -> keepMode(path, hidden, bits));
    rpc.move("write", hidden, target);
  }

  private void keepMode(String path, String hidden, int mode) {
    Command command = Command.of("chmod", "0" + Integer.toOctalString(mode), hidden);
    ExecResult result = processes.exec(command.user("root").timeout(PATIENCE));
    if (!result.exit().isSuccess()) {
      throw new PlatformException(
          Failure.of(
              "write",
              path,
              "the mode of the replaced file could not be kept: "
                  + result.stderr().text().strip()));
    }
  }

  /** By a second rename: only one of the two finds the file. */
  @Override
  public boolean withdraw(String path, String hidden) {
    FilesystemRpc hasty = rpc.hasty();
    if (hasty.look("write", hidden).isEmpty()) {
      return false;
    }
    String withdrawn = hidden + ".withdrawn";
    try {
      hasty.move("write", hidden, withdrawn);
    } catch (NotFoundException e) {
      FilesystemRpc.requireMissing(e);
      return false;
    }
    try {
      hasty.remove(withdrawn);
    } catch (SandboxException e) {
      log.warn("{} was left behind: {}", withdrawn, e.getMessage());
    }
    return true;
  }

  @Override
  public void makeDirectory(String directory) {
    rpc.makeDirectory(directory);
  }

  @Override
  public void write(String hidden, Content content) {
    if (version.isBefore(EnvdVersion.RAW_UPLOADS)) {
      writes.together(
          Map.of(hidden, content), files.formUrl(), E2bWriteOptions.of(WriteOptions.inPlace()));
      return;
    }
    writes.upload(FileWrites.Job.quiet(hidden, files.filesUrl(hidden), content));
  }

  @Override
  public InputStream open(String hidden) {
    return reads.open("read", hidden, ReadOptions.whole());
  }

  @Override
  public void delete(String hidden) {
    rpc.hasty().remove(hidden);
  }

  @Override
  public Command reading(Command command) {
    return command.user("root");
  }
}
