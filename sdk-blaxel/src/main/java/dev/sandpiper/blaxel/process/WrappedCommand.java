package dev.sandpiper.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Command;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.engine.LongTexts;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.engine.ShellWords;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A command in its wrapper, as the text that the server passes to its shell, or, if that is longer
 * than Linux allows, in files.
 */
final class WrappedCommand {
  private static final int LARGEST_SEGMENT = 4 << 20;

  /** The marks of the files for texts that are too long. */
  private static final String SCRIPT = "s";

  private static final String TEXT = "w";

  /** One byte more than the limit, to detect that there is more. */
  static final String MOST_IN_RECORD = "8193";

  /** Quarters of a second. */
  private static final int LEASE = 240;

  /**
   * How much later than the command's own deadline the sandbox stops it, in case the client died.
   */
  private static final Duration BACKSTOP = Duration.ofSeconds(5);

  /** No backstop is set above this. */
  private static final Duration LONGEST_BACKSTOP = Duration.ofDays(100);

  private final String text;
  private final Map<String, String> scripts = new HashMap<>();
  private final byte @Nullable [] script;
  private final String path;
  private final boolean isShort;

  /**
   * @param holder the holder of the lease of its output
   * @param mayBeShort whether its output may begin in its record
   * @param finished the ids of processes whose files its wrapper removes
   */
  WrappedCommand(
      BlaxelCommand command,
      OutputDirectory files,
      String id,
      String holder,
      boolean mayBeShort,
      List<String> finished) {
    Command common = command.common();
    this.path = files.path(id);
    List<String> arguments = ShellWords.program(common.arguments());
    this.script = isLongScript(arguments) ? arguments.get(2).getBytes(UTF_8) : null;
    if (script != null) {
      // Read by the same shell, which keeps its name.
      arguments = List.of("/bin/sh", "-c", ". " + path + "." + SCRIPT);
    }
    LongTexts.requireShort(common, arguments);
    boolean isPlain = command.maxRestarts() == 0 && !takesInput(common) && script == null;
    String shortest = text(command, files, id, MOST_IN_RECORD, finished, arguments);
    this.isShort = mayBeShort && isPlain && !isLong(shortest);
    this.text = isShort ? shortest : text(command, files, id, "", finished, arguments);
    scripts.put("SANDPIPER_WRAP", Scripts.WRAP);
    scripts.put("SANDPIPER_WRITE", Scripts.WRITE);
    scripts.put("SANDPIPER_FEED", takesInput(common) ? Scripts.FEED : "");
    boolean isLimited = common.timeout().isPresent();
    scripts.put("SANDPIPER_WATCHDOG", isLimited ? Scripts.WATCHDOG : "");
    scripts.put("SANDPIPER_STOP", isLimited ? ProcessTrees.STOP : "");
    scripts.put("SANDPIPER_HOLDER", holder);
  }

  private static String text(
      BlaxelCommand command,
      OutputDirectory files,
      String id,
      String inRecord,
      List<String> finished,
      List<String> arguments) {
    long kept = command.keepOutputBytes();
    List<String> all = new ArrayList<>();
    all.add(files.directory());
    all.add(files.path(id));
    all.add(inRecord);
    all.add(Long.toString(Math.min(LARGEST_SEGMENT, kept / 4)));
    all.add(Long.toString(kept));
    all.add(Integer.toString(LEASE));
    all.add(command.common().mergesErrors() ? "joined" : "");
    all.add(command.common().timeout().flatMap(WrappedCommand::backstop).orElse(""));
    all.add(command.maxRestarts() > 0 ? "again" : "");
    all.add(String.join(" ", finished));
    all.addAll(arguments);
    return ShellText.wrapped(all);
  }

  /** Makes it also remove files that other clients have abandoned. */
  void sweep() {
    scripts.put("SANDPIPER_SWEEP", Scripts.SWEEP);
  }

  /** Whether its output begins in its record. */
  boolean isShort() {
    return isShort;
  }

  /** The variables that carry its wrapper's scripts, because a record does not show variables. */
  Map<String, String> scripts() {
    return scripts;
  }

  static boolean takesInput(Command command) {
    return command.opensStdin() || command.stdin().isPresent();
  }

  private static boolean isLongScript(List<String> arguments) {
    return arguments.size() == 3
        && arguments.get(0).equals("/bin/sh")
        && arguments.get(1).equals("-c")
        && arguments.get(2).getBytes(UTF_8).length > LongTexts.LONGEST;
  }

  private static Optional<String> backstop(Duration limit) {
    return limit.compareTo(LONGEST_BACKSTOP) < 0
        ? Optional.of(Integer.toString(Durations.wholeSeconds(limit.plus(BACKSTOP))))
        : Optional.empty();
  }

  private static boolean isLong(String text) {
    return text.getBytes(UTF_8).length > LongTexts.LONGEST;
  }

  /** True if files must be written before it can be started. */
  boolean needsFiles() {
    return script != null || isLong(text);
  }

  /** Writes the files that it needs. */
  void writeFiles(ProcessFiles files, CallScope scope) {
    if (script != null) {
      files.write(SCRIPT, script, scope);
    }
    if (isLong(text)) {
      files.write(TEXT, text.getBytes(UTF_8), scope);
    }
  }

  /** The text for the server's shell. */
  String text() {
    return isLong(text) ? "exec /bin/sh " + path + "." + TEXT : text;
  }
}
