package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Signal;
import dev.sandpiper.wire.Json;
import java.util.Optional;

/**
 * A process as Blaxel's server records it.
 *
 * @param pid its number in the sandbox
 * @param command what its shell was given, which holds more than the caller's words
 * @param status in the server's word: running, completed, failed, stopped or killed; "stopped"
 *     means that it was asked to, and not that it did
 * @param workingDirectory where it was started, if its starter said so
 * @param startedAt as the server writes it: the sandbox's local time, labelled GMT
 * @param completedAt likewise; empty while it has not ended
 * @param exit how it ended; empty while it has not, whatever its status is
 * @param stdout the last 64 KiB of it, as text
 * @param stderr the last 64 KiB of it, as text
 * @param logs both, one behind the other
 * @param restartsOnFailure whether the server starts it again when it fails
 * @param keepsAwake whether it keeps its sandbox awake
 */
public record ProcessDetails(
    String pid,
    String name,
    String command,
    String status,
    Optional<String> workingDirectory,
    String startedAt,
    Optional<String> completedAt,
    Optional<ExitStatus> exit,
    String stdout,
    String stderr,
    String logs,
    boolean restartsOnFailure,
    int maxRestarts,
    int restartCount,
    boolean keepsAwake) {
  private static final int KILLED = -1;

  public ProcessDetails {
    requireNonNull(pid, "pid");
    requireNonNull(name, "name");
    requireNonNull(status, "status");
    requireNonNull(completedAt, "completedAt");
    requireNonNull(exit, "exit");
  }

  /** True of an object that is the record of a process. */
  static boolean isOne(JsonNode json) {
    return json.isObject() && json.has("pid") && json.has("status") && json.has("exitCode");
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if it is none
   */
  static ProcessDetails of(JsonNode json) {
    if (!isOne(json)) {
      throw new IllegalArgumentException("no record of a process");
    }
    Optional<String> completedAt = Json.text(json, "completedAt");
    return new ProcessDetails(
        json.path("pid").asText(),
        json.path("name").asText(""),
        json.path("command").asText(""),
        json.path("status").asText(),
        Json.text(json, "workingDir"),
        json.path("startedAt").asText(""),
        completedAt,
        completedAt.map(ended -> exit(json.path("exitCode"))),
        json.path("stdout").asText(""),
        json.path("stderr").asText(""),
        json.path("logs").asText(""),
        json.path("restartOnFailure").asBoolean(false),
        json.path("maxRestarts").asInt(0),
        json.path("restartCount").asInt(0),
        json.path("keepAlive").asBoolean(false));
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

  /** Name and status: its command and its output may be secrets. */
  @Override
  public String toString() {
    return "ProcessDetails[" + name + ", " + status + "]";
  }
}
