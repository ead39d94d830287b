package dev.sandpiper.blaxel;

import dev.sandpiper.ExitStatus;
import dev.sandpiper.blaxel.process.ProcessRecord;
import dev.sandpiper.wire.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** A process as Blaxel's server records it. Immutable. */
public final class ProcessDetails {
  /** The server's own status of a process. */
  public enum Status {
    RUNNING,
    COMPLETED,
    FAILED,
    /** It was requested to stop, and may not have stopped. */
    STOPPED,
    KILLED,
    /** A status that this version does not know. */
    OTHER
  }

  private final ProcessRecord record;

  ProcessDetails(ProcessRecord record) {
    this.record = record;
  }

  /** Its pid in the sandbox; for a restarted process, the first one. */
  public long pid() {
    return record.pid();
  }

  public String name() {
    return record.name();
  }

  /** The script that its shell was given, which contains more than the caller's command. */
  public String command() {
    return record.command();
  }

  public Status status() {
    for (Status known : Status.values()) {
      if (known.name().equals(record.status())) {
        return known;
      }
    }
    return Status.OTHER;
  }

  /** Its working directory, if one was given when it was started. */
  public Optional<String> workingDirectory() {
    return record.workingDirectory();
  }

  /**
   * When it was last started, to the second. The server labels the sandbox's local time as GMT, so
   * in another time zone this is off by the difference. Empty if it cannot be parsed.
   */
  public Optional<Instant> startedAt() {
    return instant("startedAt");
  }

  /** When it ended, with the accuracy of {@link #startedAt()}; empty while it is running. */
  public Optional<Instant> completedAt() {
    return instant("completedAt");
  }

  private Optional<Instant> instant(String field) {
    try {
      return Json.text(record.json(), field)
          .map(text -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)));
    } catch (DateTimeException e) {
      return Optional.empty(); // not a timestamp: treated as missing
    }
  }

  /** Its exit status; empty while it is running, whatever {@link #status()} is. */
  public Optional<ExitStatus> exit() {
    return record.exit();
  }

  /** The last 64 KiB of its stdout, as text. */
  public String stdout() {
    return record.stdout();
  }

  /** The last 64 KiB of its stderr, as text. */
  public String stderr() {
    return record.stderr();
  }

  /** Both outputs, one after the other. */
  public String logs() {
    return text("logs");
  }

  /** Whether the server restarts it when it fails. */
  public boolean restartsOnFailure() {
    return record.restartsOnFailure();
  }

  public int maxRestarts() {
    return record.maxRestarts();
  }

  public int restartCount() {
    return record.restartCount();
  }

  /** Whether it keeps its sandbox awake. */
  public boolean keepsAwake() {
    return record.json().path("keepAlive").asBoolean(false);
  }

  private String text(String field) {
    return record.json().path(field).asText("");
  }

  /** Name and status only, because its command and its output may be secrets. */
  @Override
  public String toString() {
    return "ProcessDetails[" + name() + ", " + status() + "]";
  }
}
