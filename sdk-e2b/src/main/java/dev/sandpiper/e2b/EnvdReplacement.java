package dev.sandpiper.e2b;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.FileInfo;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Processes;
import dev.sandpiper.SandboxException;
import dev.sandpiper.files.Replacement;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replaces files by E2B's calls; to keep a mode the sandbox must have {@code chmod}. */
record EnvdReplacement(FilesystemRpc rpc, Processes processes) implements Replacement {
  private static final Logger log = LoggerFactory.getLogger(EnvdReplacement.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What a new file gets, so that nothing must be changed to keep it. */
  private static final int ORDINARY_MODE = 0644;

  @Override
  public Optional<FileInfo> look(String path) {
    return rpc.look("write", path);
  }

  @Override
  public void replace(String path, String aside, String target, Optional<Integer> mode) {
    mode.filter(bits -> bits != ORDINARY_MODE).ifPresent(bits -> keepMode(path, aside, bits));
    rpc.move("write", aside, target);
  }

  private void keepMode(String path, String aside, int mode) {
    Command command = Command.of("chmod", "0" + Integer.toOctalString(mode), aside);
    ExecResult result = processes.exec(command.user("root").timeout(PATIENCE));
    if (!result.exit().isSuccess()) {
      throw new PlatformException(
          Failure.of(
              "write",
              path,
              "the old file's mode cannot be kept: " + result.stderr().text().strip()));
    }
  }

  /** By a second move: of two, one finds the file. */
  @Override
  public boolean withdraw(String path, String aside) {
    FilesystemRpc hasty = rpc.hasty();
    if (hasty.look("write", aside).isEmpty()) {
      return false;
    }
    String withdrawn = aside + ".withdrawn";
    try {
      hasty.move("write", aside, withdrawn);
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
  public void remove(String path, String aside) {
    rpc.hasty().remove(aside);
  }
}
