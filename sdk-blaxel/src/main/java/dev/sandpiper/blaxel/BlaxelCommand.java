package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import dev.sandpiper.http.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A {@link Command} with options specific to Blaxel. Immutable. */
public final class BlaxelCommand {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");
  private static final long DEFAULT_KEPT = 64 << 20;
  private static final long LEAST_KEPT = 16 << 20;
  private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9]+");

  private final Command common;
  private final @Nullable String name;
  private final @Nullable Duration awake;
  private final boolean streamed;
  private final int restarts;
  private final long kept;

  private BlaxelCommand(
      Command common,
      @Nullable String name,
      @Nullable Duration awake,
      boolean streamed,
      int restarts,
      long kept) {
    this.common = common;
    this.name = name;
    this.awake = awake;
    this.streamed = streamed;
    this.restarts = restarts;
    this.kept = kept;
  }

  /** The command, without such options. */
  public static BlaxelCommand of(Command common) {
    return new BlaxelCommand(requireNonNull(common, "common"), null, null, false, 0, DEFAULT_KEPT);
  }

  /**
   * Reads its output from the platform's own text stream instead of a wrapper's files: nothing is
   * written in the sandbox, and only the command is run. The command has no input and cannot be
   * detached from. Bytes that are not UTF-8, and characters that the server happens to split, are
   * replaced by U+FFFD, which an {@link dev.sandpiper.ProcessEvent.OutputGap} reports; so it does
   * for NUL characters, which the server also sends for output that it has dropped. While it runs,
   * about 80 KB a second arrive. A newline may be added at the end of a very quick command's
   * output. A piece of output that equals one of the server's own messages, such as {@code
   * [keepalive]} on a line, is taken for one.
   */
  public BlaxelCommand streamed() {
    return new BlaxelCommand(common, name, awake, true, restarts, kept);
  }

  /**
   * Makes the server restart it, one second after it has failed, up to this many times. Its events
   * continue over all starts, and the exit status is that of the last one.
   *
   * @throws IllegalArgumentException if {@code most} is not positive, or the command has an input,
   *     which could be read only once
   */
  public BlaxelCommand maxRestarts(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("restart it at least once, not " + most + " times");
    }
    if (common.opensStdin() || common.stdin().isPresent()) {
      throw new IllegalArgumentException("what has an input cannot be started again with it");
    }
    return new BlaxelCommand(common, name, awake, streamed, most, kept);
  }

  /**
   * How many bytes of each of its outputs may be kept in the sandbox, where they use memory.
   * Default: 64 MiB, and up to 4 MiB more while old ones are removed. Above that, the command waits
   * if a client is attached; otherwise the oldest output is dropped, and an {@link
   * dev.sandpiper.ProcessEvent.OutputGap} reports it.
   *
   * @throws IllegalArgumentException if {@code bytes} is below 16 MiB
   */
  public BlaxelCommand keepOutputBytes(long bytes) {
    if (bytes < LEAST_KEPT) {
      throw new IllegalArgumentException("keep at least 16 MiB of an output, not " + bytes);
    }
    return new BlaxelCommand(common, name, awake, streamed, restarts, bytes);
  }

  /**
   * The name by which Blaxel's other clients can find it. Each name can be used only once in a
   * sandbox, because the server would mix the outputs.
   *
   * @throws IllegalArgumentException if it is a number, which the server would take for a pid, or
   *     contains other characters than A-Z a-z 0-9 . _ -
   */
  public BlaxelCommand name(String processName) {
    if (NUMBER.matcher(processName).matches()) {
      throw new IllegalArgumentException(
          "a process's name must not be a number, which Blaxel takes for a process id: '"
              + processName
              + "'");
    }
    boolean isDots = processName.equals(".") || processName.equals("..");
    if (isDots || !NAME.matcher(processName).matches()) {
      throw new IllegalArgumentException(
          "a process's name is 1 to 100 of A-Z a-z 0-9 . _ -, not '" + processName + "'");
    }
    return new BlaxelCommand(common, processName, awake, streamed, restarts, kept);
  }

  /**
   * Keeps the sandbox awake while it runs; without this, a sandbox and its processes sleep while no
   * client is connected. The server kills the process after {@code limit}; zero means no limit.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public BlaxelCommand keepAlive(Duration limit) {
    Duration checked = Durations.notNegative("the limit of keepAlive", limit, "no limit");
    return new BlaxelCommand(common, name, checked, streamed, restarts, kept);
  }

  public Command common() {
    return common;
  }

  /** The name; empty for a generated, unguessable one. */
  public Optional<String> name() {
    return Optional.ofNullable(name);
  }

  /** How long it keeps its sandbox awake; empty if it does not. */
  public Optional<Duration> keepAlive() {
    return Optional.ofNullable(awake);
  }

  /** True after {@link #streamed}. */
  public boolean isStreamed() {
    return streamed;
  }

  /** How often it is restarted at most; 0 disables restarts. */
  public int maxRestarts() {
    return restarts;
  }

  /** How many bytes of each of its outputs may be kept in the sandbox. */
  public long keepOutputBytes() {
    return kept;
  }

  @Override
  public String toString() {
    return "Blaxel" + common;
  }
}
