package dev.sandpiper.testkit.blaxel.process;

import dev.sandpiper.testkit.machine.Launch;
import dev.sandpiper.testkit.machine.PlainCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts commands with Java's own API, for machines without perl. There are no groups: a signal is
 * sent to the command and its descendants, and to no process once the command has ended. A death by
 * signal N is reported as an exit with 128 + N.
 */
public final class PlainStarter implements CommandStarter {

  private final Map<Long, ProcessHandle> running = new ConcurrentHashMap<>();

  @Override
  public Started start(Start start) throws IOException, Launch.RefusedException {
    List<String> words = new ArrayList<>(start.words());
    ProcessBuilder builder = new ProcessBuilder(words).directory(new File(start.directory()));
    builder.environment().clear();
    builder.environment().putAll(start.environment());
    builder
        .redirectInput(new File("/dev/null"))
        .redirectOutput(ProcessBuilder.Redirect.appendTo(start.output().toFile()))
        .redirectError(ProcessBuilder.Redirect.appendTo(start.errors().toFile()));
    Process process = PlainCommand.start(builder);
    running.put(process.pid(), process.toHandle());
    return new Started(
        process.pid(),
        process
            .onExit()
            .thenApply(
                ended -> {
                  running.remove(ended.pid());
                  return ended.exitValue();
                }));
  }

  @Override
  public @Nullable String signal(long group, boolean kill) {
    ProcessHandle leader = running.get(group);
    if (leader == null) return "no such process";
    List<ProcessHandle> all = Stream.concat(Stream.of(leader), leader.descendants()).toList();
    all.forEach(kill ? ProcessHandle::destroyForcibly : ProcessHandle::destroy);
    return null;
  }

  @Override
  public boolean release(Path file, long length) {
    return false;
  }

  @Override
  public void close() {
    running.keySet().forEach(pid -> signal(pid, true));
  }
}
