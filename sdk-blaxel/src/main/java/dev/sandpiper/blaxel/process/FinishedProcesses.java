package dev.sandpiper.blaxel.process;

import dev.sandpiper.SandboxException;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes whose files are no longer needed. The next command's wrapper removes them; those
 * left when the sandbox is released are removed by a command of their own.
 */
final class FinishedProcesses {
  private static final Logger log = LoggerFactory.getLogger(FinishedProcesses.class);
  private static final int MOST_AT_ONCE = 100;
  private static final Duration REMOVAL = Duration.ofSeconds(8);

  private final ProcessApi api;
  private final String directory;
  private final Queue<String> ids = new ConcurrentLinkedQueue<>();
  private final Set<String> held = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean swept = new AtomicBoolean();

  FinishedProcesses(ProcessApi api, String directory) {
    this.api = api;
    this.directory = directory;
  }

  void add(String id) {
    ids.add(id);
  }

  /** Adds one that has ended, whose output may still be asked for. */
  void hold(String id) {
    held.add(id);
  }

  /** The output of one that is held is not needed any more. */
  void release(String id) {
    if (held.remove(id)) {
      ids.add(id);
    }
  }

  /** The output of one that is held stays when the sandbox is released, for another client. */
  void keep(String id) {
    held.remove(id);
  }

  void addAll(List<String> all) {
    ids.addAll(all);
  }

  /** Takes some of them. The caller removes their files or adds them again. */
  List<String> take() {
    List<String> taken = new ArrayList<>();
    for (String id; taken.size() < MOST_AT_ONCE && (id = ids.poll()) != null; ) {
      taken.add(id);
    }
    return taken;
  }

  /** True once, for removing files that other clients have abandoned. */
  boolean takeSweep() {
    return swept.compareAndSet(false, true);
  }

  /** Removes all remaining files. If that fails, any client sweeps them after a day. */
  void removeAll() {
    List.copyOf(held).forEach(this::release);
    for (List<String> some = take(); !some.isEmpty(); some = take()) {
      try {
        CallScope scope = api.scope().apart();
        api.run("clean up", directory, Scripts.REMOVE, arguments(some), REMOVAL, scope);
      } catch (SandboxException e) {
        log.warn(
            "the files of {} processes could not be removed from {}: {}",
            some.size(),
            directory,
            e.getMessage());
        return;
      }
    }
  }

  private List<String> arguments(List<String> some) {
    List<String> arguments = new ArrayList<>(some);
    arguments.add(0, directory);
    return arguments;
  }
}
