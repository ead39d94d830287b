package dev.sandpiper.blaxel.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Signal;
import dev.sandpiper.wire.Json;
import java.util.Locale;
import java.util.Optional;

/** The server's record of a process; only the fields that the library uses. Immutable. */
public final class ProcessRecord {
  private static final int KILLED = -1;

  private final JsonNode json;
  private final long pid;
  private final Optional<ExitStatus> exit;

  private ProcessRecord(JsonNode json, long pid, Optional<ExitStatus> exit) {
    this.json = json;
    this.pid = pid;
    this.exit = exit;
  }

  /** True if the object is the record of a process. */
  static boolean isOne(JsonNode json) {
    return json.isObject() && json.has("pid") && json.has("status") && json.has("exitCode");
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  public static ProcessRecord of(JsonNode json) {
    if (!isOne(json)) {
      throw new IllegalArgumentException("not the record of a process");
    }
    Optional<ExitStatus> exit =
        Json.text(json, "completedAt").map(ended -> exit(json.path("exitCode")));
    return new ProcessRecord(json, pid(json.path("pid").asText()), exit);
  }

  private static long pid(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("invalid pid", e);
    }
  }

  /** The exit status. The server reports that a signal killed the process, but not which. */
  private static ExitStatus exit(JsonNode code) {
    if (!code.isInt() || code.asInt() < KILLED || code.asInt() > 255) {
      throw new IllegalArgumentException("invalid exit code");
    }
    return code.asInt() == KILLED
        ? new ExitStatus.Signaled(Signal.UNKNOWN)
        : new ExitStatus.Exited(code.asInt());
  }

  public JsonNode json() {
    return json;
  }

  public long pid() {
    return pid;
  }

  public String name() {
    return text("name");
  }

  public String command() {
    return text("command");
  }

  /** The server's own status text. */
  public String status() {
    return text("status").toUpperCase(Locale.ROOT);
  }

  public Optional<String> workingDirectory() {
    return Json.text(json, "workingDir");
  }

  public String startedAt() {
    return text("startedAt");
  }

  public String completedAt() {
    return text("completedAt");
  }

  /** The exit status; empty until the process has ended, whatever the status text is. */
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

  public boolean restartsOnFailure() {
    return json.path("restartOnFailure").asBoolean(false);
  }

  public int maxRestarts() {
    return json.path("maxRestarts").asInt(0);
  }

  public int restartCount() {
    return json.path("restartCount").asInt(0);
  }

  private String text(String field) {
    return json.path(field).asText("");
  }

  /** Name and status; not the command or the output, which may contain secrets. */
  @Override
  public String toString() {
    return "ProcessRecord[" + name() + ", " + status() + "]";
  }
}
