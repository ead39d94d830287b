package dev.sandpiper.blaxel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Signal;
import dev.sandpiper.wire.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** A process as Blaxel's server records it. Immutable. */
public final class ProcessDetails {
  private static final int KILLED = -1;

  /** The server's own word for what became of a process. */
  public enum Status {
    RUNNING,
    COMPLETED,
    FAILED,
    /** It was asked to stop, which does not say that it did. */
    STOPPED,
    KILLED,
    /** Something this version has no word for. */
    OTHER
  }

  private final JsonNode json;
  private final long pid;
  private final Optional<ExitStatus> exit;

  private ProcessDetails(JsonNode json, long pid, Optional<ExitStatus> exit) {
    this.json = json;
    this.pid = pid;
    this.exit = exit;
  }

  /** True of an object that is the record of a process. */
  static boolean isOne(JsonNode json) {
    return json.isObject() && json.has("pid") && json.has("status") && json.has("exitCode");
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  static ProcessDetails of(JsonNode json) {
    if (!isOne(json)) {
      throw new IllegalArgumentException("no record of a process");
    }
    Optional<ExitStatus> exit =
        Json.text(json, "completedAt").map(ended -> exit(json.path("exitCode")));
    return new ProcessDetails(json, pid(json.path("pid").asText()), exit);
  }

  private static long pid(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("no number of a process", e);
    }
  }

  /** The server tells that a signal killed it, and not which. */
  private static ExitStatus exit(JsonNode code) {
    if (!code.isInt() || code.asInt() < KILLED || code.asInt() > 255) {
      throw new IllegalArgumentException("no exit code");
    }
    return code.asInt() == KILLED
        ? new ExitStatus.Signaled(Signal.UNKNOWN)
        : new ExitStatus.Exited(code.asInt());
  }

  /** Its number in the sandbox; of one that the server has started again, the first one. */
  public long pid() {
    return pid;
  }

  public String name() {
    return text("name");
  }

  /** What its shell was given, which holds more than the caller's words. */
  public String command() {
    return text("command");
  }

  public Status status() {
    String word = text("status").toUpperCase(Locale.ROOT);
    for (Status known : Status.values()) {
      if (known.name().equals(word)) {
        return known;
      }
    }
    return Status.OTHER;
  }

  /** Where it was started, if its starter said so. */
  public Optional<String> workingDirectory() {
    return Json.text(json, "workingDir");
  }

  /**
   * When it was started last, to the second. The server writes the sandbox's local time and calls
   * it GMT: where the sandbox has another time zone this is wrong by that much. Empty if it cannot
   * be read.
   */
  public Optional<Instant> startedAt() {
    return instant("startedAt");
  }

  /** When it ended, as {@link #startedAt()}; empty while it has not. */
  public Optional<Instant> completedAt() {
    return instant("completedAt");
  }

  private Optional<Instant> instant(String field) {
    try {
      return Json.text(json, field)
          .map(text -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)));
    } catch (DateTimeException e) {
      return Optional.empty(); // not a moment: as good as none
    }
  }

  /** How it ended; empty while it has not, whatever its status is. */
  public Optional<ExitStatus> exit() {
    return exit;
  }

  /** The last 64 KiB of its stdout, as text. */
  public String stdout() {
    return text("stdout");
  }

  /** The last 64 KiB of its stderr, as text. */
  public String stderr() {
    return text("stderr");
  }

  /** Both outputs, one behind the other. */
  public String logs() {
    return text("logs");
  }

  /** Whether the server starts it again when it fails. */
  public boolean restartsOnFailure() {
    return json.path("restartOnFailure").asBoolean(false);
  }

  public int maxRestarts() {
    return json.path("maxRestarts").asInt(0);
  }

  public int restartCount() {
    return json.path("restartCount").asInt(0);
  }

  /** Whether it keeps its sandbox awake. */
  public boolean keepsAwake() {
    return json.path("keepAlive").asBoolean(false);
  }

  private String text(String field) {
    return json.path(field).asText("");
  }

  /** Name and status: its command and its output may be secrets. */
  @Override
  public String toString() {
    return "ProcessDetails[" + name() + ", " + status() + "]";
  }
}
