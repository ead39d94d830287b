package dev.sandpiper.blaxel;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.http.CallScope;
import java.util.List;
import java.util.function.Consumer;

/**
 * The output of a command in its wrapper, which writes it into segments.
 *
 * @param passed removes what nobody needs any more
 * @param begin where the first event stands
 */
record WrappedOutput(
    ProcessFiles files, News news, DirectoryWatch watch, Consumer<String> passed, ByteOffsets begin)
    implements OutputSource {

  @Override
  public List<ExactChannel> readers(Consumer<ProcessEvent> events, CallScope scope) {
    return List.of(
        new ExactChannel(Channel.STDOUT, files, news, passed, scope, events, begin.stdout()),
        new ExactChannel(Channel.STDERR, files, news, passed, scope, events, begin.stderr()));
  }

  @Override
  public Marks marks() {
    return files.marks();
  }

  @Override
  public boolean look(CallScope scope) {
    return files.look(scope);
  }

  @Override
  public boolean isWatched() {
    return watch.isArmed();
  }
}
