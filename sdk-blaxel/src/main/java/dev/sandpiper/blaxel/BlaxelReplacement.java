package dev.sandpiper.blaxel;

import dev.sandpiper.FileInfo;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.blaxel.FileCommands.Job;
import dev.sandpiper.files.Replacement;
import java.time.Duration;
import java.util.Optional;

/** Replaces files by scripts. */
record BlaxelReplacement(FileCommands commands, Listing listing) implements Replacement {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration CLEAN_UP = Duration.ofSeconds(10);

  @Override
  public Optional<FileInfo> look(String path) {
    return listing.look("write", path);
  }

  @Override
  public void replace(String path, String aside, String target, Optional<Integer> mode) {
    Job job = new Job("write", path, Scripts.REPLACE, PATIENCE);
    String bits = mode.map(Integer::toOctalString).orElse("");
    FileCommands.requireSuccess(job, commands.exec(job, aside, target, bits));
  }

  @Override
  public boolean withdraw(String path, String aside) {
    return isDone(new Job("write", path, Scripts.WITHDRAW, CLEAN_UP), aside);
  }

  @Override
  public void remove(String path, String aside) {
    isDone(new Job("write", path, Scripts.DELETE, CLEAN_UP), aside);
  }

  /** False if the file was not there. */
  private boolean isDone(Job job, String aside) {
    try {
      FileCommands.requireSuccess(job, commands.exec(job, aside));
      return true;
    } catch (NotFoundException e) {
      if (e.what() != What.FILE) {
        throw e;
      }
      return false;
    }
  }
}
