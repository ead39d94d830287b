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

  private final ProcessRecord record;

  ProcessDetails(ProcessRecord record) {
    this.record = record;
  }

  /** Its number in the sandbox; of one that the server has started again, the first one. */
  public long pid() {
    return record.pid();
  }

  public String name() {
    return record.name();
  }

  /** What its shell was given, which holds more than the caller's words. */
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

  /** Where it was started, if its starter said so. */
  public Optional<String> workingDirectory() {
    return record.workingDirectory();
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
      return Json.text(record.json(), field)
          .map(text -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)));
    } catch (DateTimeException e) {
      return Optional.empty(); // not a moment: as good as none
    }
  }

  /** How it ended; empty while it has not, whatever its status is. */
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

  /** Both outputs, one behind the other. */
  public String logs() {
    return text("logs");
  }

  /** Whether the server starts it again when it fails. */
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

  /** Name and status: its command and its output may be secrets. */
  @Override
  public String toString() {
    return "ProcessDetails[" + name() + ", " + status() + "]";
  }
}
