package dev.sandpiper.blaxel;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.http.CallScope;
import java.util.List;
import java.util.function.Consumer;

/**
 * The output of a process that somebody else started, in the files in which the server keeps it. It
 * is exact, but for what the server has cut off at the heads; nothing tells when there is more.
 *
 * @param path of the files, without what follows the process's name
 * @param begin where the first event stands
 */
record ServerLogs(ExactFiles files, String path, ByteOffsets begin) implements OutputSource {
  static String file(String path, Channel channel) {
    return path + (channel == Channel.STDERR ? ".stderr.log" : ".stdout.log");
  }

  @Override
  public List<LogChannel> readers(Consumer<ProcessEvent> events, CallScope scope) {
    return List.of(
        reader(Channel.STDOUT, begin.stdout(), events, scope),
        reader(Channel.STDERR, begin.stderr(), events, scope));
  }

  private LogChannel reader(
      Channel channel, long position, Consumer<ProcessEvent> events, CallScope scope) {
    return new LogChannel(channel, file(path, channel), files, scope, events, position);
  }

  @Override
  public Marks marks() {
    return Marks.NONE;
  }

  /** Reading is looking. */
  @Override
  public boolean look(CallScope scope) {
    return true;
  }

  @Override
  public boolean isWatched() {
    return false;
  }
}
