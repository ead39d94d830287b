package dev.sandpiper.e2b.process;

import dev.sandpiper.ProcessInfo.State;
import dev.sandpiper.SandboxException;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.engine.Variables;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists the processes of a sandbox. The daemon keeps listing a shell that has exited while a child
 * holds its outputs open; {@code /proc} shows whether it is still running.
 */
record ProcessListing(String sandboxId, ProcessSearch search, ScriptRunner scripts) {
  private static final Logger log = LoggerFactory.getLogger(ProcessListing.class);
  private static final Duration LIFETIME = Duration.ofSeconds(2);

  List<dev.sandpiper.ProcessInfo> read(CallScope scope) {
    List<ProcessInfo> listed = search.in(scope).all();
    if (listed.isEmpty()) {
      return List.of();
    }
    Function<ProcessInfo, State> states = states(listed, scope);
    return listed.stream().map(info -> info(info, states.apply(info))).toList();
  }

  private Function<ProcessInfo, State> states(List<ProcessInfo> listed, CallScope scope) {
    List<String> pids = listed.stream().map(ProcessSearch::pid).toList();
    try {
      String output =
          scripts.run("list processes", sandboxId, Scripts.STATES, pids, LIFETIME, scope).output();
      if (output.startsWith("unknown")) {
        return info -> State.UNKNOWN;
      }
      Map<String, String> letters = letters(output);
      return info -> state(letters.get(ProcessSearch.pid(info)));
    } catch (SandboxException e) {
      log.debug("{}: could not determine which processes have exited: {}", sandboxId, e.toString());
      return info -> State.UNKNOWN;
    }
  }

  private static Map<String, String> letters(String output) {
    Map<String, String> letters = new HashMap<>();
    output
        .lines()
        .map(line -> line.split(" ", 2))
        .filter(words -> words.length == 2)
        .forEach(words -> letters.put(words[0], words[1]));
    return letters;
  }

  /**
   * The state for a letter of {@code /proc}: Z (zombie) and X (dead) have exited; no letter means
   * that the process is gone.
   */
  private static State state(@Nullable String letter) {
    return letter == null || letter.equals("Z") || letter.equals("X")
        ? State.EXITED
        : State.RUNNING;
  }

  private dev.sandpiper.ProcessInfo info(ProcessInfo info, State state) {
    ProcessConfig config = info.getConfig();
    String tag = info.getTag();
    dev.sandpiper.ProcessInfo found =
        dev.sandpiper.ProcessInfo.of(search.ref(info), StartMessages.commandOf(config), state)
            .withEnvironment(Variables.asked(config.getEnvsMap()));
    found = tag.isEmpty() || Nonce.isOne(tag) ? found : found.withTag(tag);
    return config.hasCwd() ? found.withDirectory(config.getCwd()) : found;
  }
}
