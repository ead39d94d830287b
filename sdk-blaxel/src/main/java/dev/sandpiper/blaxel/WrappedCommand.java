package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Command;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A command in its wrapper, as the text that the server gives to its shell; where that is longer
 * than Linux allows, as files that hold it.
 */
final class WrappedCommand {
  private static final int LARGEST_SEGMENT = 4 << 20;

  /** The marks of the files that hold what is too long. */
  private static final String SCRIPT = "s";

  private static final String TEXT = "w";

  /** Quarters of a second. */
  private static final int LEASE = 240;

  /** What the sandbox grants beyond a command's own time, for a client that died. */
  private static final Duration BACKSTOP = Duration.ofSeconds(10);

  /** Above this nobody waits for a backstop. */
  private static final Duration LONGEST_BACKSTOP = Duration.ofDays(100);

  private final String text;
  private final byte @Nullable [] script;
  private final String path;

  /**
   * @param finished ids whose files this one removes
   * @param sweep whether it removes what others have abandoned
   */
  WrappedCommand(
      BlaxelCommand command, ExactFiles files, String id, List<String> finished, boolean sweep) {
    Command common = command.common();
    this.path = files.path(id);
    List<String> arguments = common.arguments();
    this.script = isLongScript(arguments) ? arguments.get(2).getBytes(UTF_8) : null;
    if (script != null) {
      // Read by the same shell, which keeps its name.
      arguments = List.of("/bin/sh", "-c", ". " + path + "." + SCRIPT);
    }
    for (int i = 0; i < arguments.size(); i++) {
      StartMessages.requireShort(common, "argument " + i, arguments.get(i).getBytes(UTF_8).length);
    }
    long kept = command.keepOutputBytes();
    List<String> all = new ArrayList<>();
    all.add(Scripts.WRITE);
    all.add(takesInput(common) ? Scripts.FEED : "");
    all.add(Scripts.WATCHDOG);
    all.add(sweep ? Scripts.SWEEP : "");
    all.add(files.directory());
    all.add(path);
    all.add(Long.toString(Math.min(LARGEST_SEGMENT, kept / 4)));
    all.add(Long.toString(kept));
    all.add(Integer.toString(LEASE));
    all.add(common.mergesErrors() ? "joined" : "");
    all.add(common.timeout().flatMap(WrappedCommand::backstop).orElse(""));
    all.add(command.maxRestarts() > 0 ? "again" : "");
    all.add(String.join(" ", finished));
    all.addAll(arguments);
    this.text = ShellText.script(Scripts.WRAP, all);
  }

  static boolean takesInput(Command command) {
    return command.opensStdin() || command.stdin().isPresent();
  }

  private static boolean isLongScript(List<String> arguments) {
    return arguments.size() == 3
        && arguments.get(0).equals("/bin/sh")
        && arguments.get(1).equals("-c")
        && arguments.get(2).getBytes(UTF_8).length > StartMessages.LONGEST;
  }

  private static Optional<String> backstop(Duration limit) {
    return limit.compareTo(LONGEST_BACKSTOP) < 0
        ? Optional.of(Integer.toString(Durations.wholeSeconds(limit.plus(BACKSTOP))))
        : Optional.empty();
  }

  private boolean isLong() {
    return text.getBytes(UTF_8).length > StartMessages.LONGEST;
  }

  /** True if files must be there before it can be started. */
  boolean needsFiles() {
    return script != null || isLong();
  }

  /** Writes the files that it needs. */
  void writeFiles(ProcessFiles files, CallScope scope) {
    if (script != null) {
      files.write(SCRIPT, script, scope);
    }
    if (isLong()) {
      files.write(TEXT, text.getBytes(UTF_8), scope);
    }
  }

  /** What the server's shell is told. */
  String text() {
    return isLong() ? "exec /bin/sh " + path + "." + TEXT : text;
  }
}
