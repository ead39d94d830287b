package dev.sandpiper.blaxel.process;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.http.CallScope;
import java.util.List;
import java.util.function.Consumer;

/**
 * The output of a command in its wrapper, which writes it into its record or into segments.
 *
 * @param begin where the first event stands
 * @param follow has the files watched and kept, once there are any
 */
record WrappedOutput(
    ProcessFiles files,
    News news,
    DirectoryWatch watch,
    ExitJudge judge,
    Lease lease,
    ByteOffsets begin,
    Runnable follow)
    implements OutputSource {

  @Override
  public List<ExactChannel> readers(Consumer<ProcessEvent> events, CallScope scope) {
    return List.of(
        new ExactChannel(Channel.STDOUT, files, news, lease, scope, events, begin.stdout()),
        new ExactChannel(Channel.STDERR, files, news, lease, scope, events, begin.stderr()));
  }

  @Override
  public Marks marks() {
    return files.marks();
  }

  @Override
  public boolean look(CallScope scope) {
    if (!files.look(scope)) {
      return false;
    }
    ProcessRecord record = files.record();
    if (record != null) {
      judge.take(record, files.marks(), scope);
    }
    if (files.areThere()) {
      follow.run();
    }
    return true;
  }

  /** No watch tells what only a record shows, such as the exit of a command that began in it. */
  @Override
  public boolean isWatched() {
    boolean isNearItsEnd = files.record() != null && files.marks().hasEnded();
    return files.areThere() && !isNearItsEnd && watch.isArmed();
  }
}
