package dev.sandpiper.temporal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Sandbox;
import io.temporal.activity.ActivityInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files in a sandbox that make each command of a workflow run start once: its wrapper creates
 * one before it executes the command, and does nothing if the file exists. The name is derived from
 * the activity, so an attempt without information about an earlier one finds the process that it
 * started.
 */
final class StartMarkers {
  /** The exit code of a wrapper that could not create the marker. */
  static final int REFUSED = 114;

  /** In a subshell, so that the command has its own umask and settings; $$ is the outer shell. */
  private static final String BEGIN =
      "(umask 077; mkdir -p -- \"${1%/*}\" && set -C"
          + " && printf '%s %s %s.\\n' \"$$\" \"$SANDPIPER_PROCESS\" \"$2\" >\"$1\") 2>/dev/null || exit "
          + REFUSED
          + "; shift 2; exec \"$@\"";

  private static final int ABSENT = 3;
  private static final String LOOK = "[ -e \"$1\" ] || exit " + ABSENT + "; head -c 200 \"$1\"";
  private static final String LOOK_AT_ALL =
      "for f in \"$1\"/*; do [ ! -f \"$f\" ] || head -c 200 \"$f\"; done";

  private static final Duration LOOK_LIMIT = Duration.ofSeconds(20);
  private static final int LONGEST_LIST = 64 << 10;
  private static final Pattern MARK =
      Pattern.compile("([0-9]{1,10}) (sp-[0-9a-f]{32}) ([0-9]{1,15})\\.");

  private final Sandbox sandbox;
  private final String directory;
  private final String path;

  /** The content of a marker: the process and its deadline. */
  record Started(ProcessRef ref, Instant deadline) {}

  /** The output of a script, and the reference of the process that ran it. */
  private record Look(ProcessRef ref, ExitStatus exit, String text) {}

  StartMarkers(Sandbox sandbox, ActivityInfo activity) {
    this.sandbox = sandbox;
    this.directory =
        sandbox.homeDirectory()
            + "/.sandpiper-temporal/"
            + digest(
                activity.getNamespace(),
                String.valueOf(activity.getWorkflowId()),
                String.valueOf(
                    activity.isInWorkflow()
                        ? activity.getWorkflowRunId()
                        : activity.getActivityRunId()));
    this.path = directory + "/" + digest(activity.getActivityId());
  }

  /** The file of this activity's command. */
  String path() {
    return path;
  }

  /** A wrapper that starts a command only if it has not been started before. */
  List<String> wrapper(Instant deadline) {
    return List.of("/bin/sh", "-c", BEGIN, "sh", path, Long.toString(deadline.toEpochMilli()));
  }

  /**
   * The process that any attempt of this activity has started; it may have ended. Empty if no
   * process was started.
   */
  Optional<Started> started() {
    Look look = look(LOOK, path);
    if (look.exit().code().equals(OptionalInt.of(ABSENT))) {
      return Optional.empty();
    }
    if (look.exit().code().isEmpty()) {
      throw Failures.lookFailed(sandbox.id(), look.exit());
    }
    String mark = look.text().strip();
    if (!look.exit().isSuccess() || !MARK.matcher(mark).matches()) {
      throw Failures.startUnknown(sandbox.id(), path);
    }
    return Optional.of(started(mark, look.ref()));
  }

  /** All processes that this workflow run has started here; they may have ended. */
  List<ProcessRef> allStarted() {
    Look look = look(LOOK_AT_ALL, directory);
    return look.text()
        .lines()
        .filter(line -> MARK.matcher(line).matches())
        .map(line -> started(line, look.ref()).ref())
        .toList();
  }

  /**
   * Platforms identify a process by its pid or by its nonce, as the reference of another process
   * shows.
   */
  private static Started started(String mark, ProcessRef other) {
    Matcher matcher = MARK.matcher(mark);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a mark of a started command");
    }
    String nonce = matcher.group(2);
    boolean isNamedByNonce = other.processId().equals(other.nonce());
    String id = isNamedByNonce ? nonce : matcher.group(1);
    ProcessRef ref = new ProcessRef(other.platform(), other.sandboxId(), id, nonce);
    return new Started(ref, Instant.ofEpochMilli(Long.parseLong(matcher.group(3))));
  }

  private Look look(String script, String argument) {
    Command command = Command.of("/bin/sh", "-c", script, "sh", argument).timeout(LOOK_LIMIT);
    try (Process process = sandbox.start(command);
        EventStream<ProcessEvent> events = process.events()) {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      ExitStatus exit = new ExitStatus.Unreported("no end was read");
      for (ProcessEvent event : events) {
        if (event instanceof ProcessEvent.Output output && text.size() < LONGEST_LIST) {
          output.writeTo(text);
        } else if (event instanceof ProcessEvent.Ended ended) {
          exit = ended.status();
        }
      }
      return new Look(process.ref(), exit, text.toString(UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  /** A valid file name that does not reveal the names. */
  private static String digest(String... parts) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        byte[] bytes = part.getBytes(UTF_8);
        sha.update((bytes.length + ":").getBytes(UTF_8)); // so that no two lists have the same form
        sha.update(bytes);
      }
      return HexFormat.of().formatHex(sha.digest()).substring(0, 32);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
