package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.OptionalInt;

/**
 * How a command ended, as the platform reported it. There is no default: a status that was not
 * reported is {@link Unreported}, never a guessed 0.
 */
public sealed interface ExitStatus extends Serializable {

  /** True only for {@link Exited} with code 0. */
  default boolean isSuccess() {
    return this instanceof Exited exited && exited.exitCode() == 0;
  }

  /** The exit code, if the command exited by itself. */
  default OptionalInt code() {
    return this instanceof Exited exited ? OptionalInt.of(exited.exitCode()) : OptionalInt.empty();
  }

  /**
   * The command exited by itself.
   *
   * @param exitCode 0 to 255; a shell reports a child that was killed by signal n as 128 + n, and
   *     so does a platform without {@link Capability#EXIT_SIGNALS} of the command itself
   */
  record Exited(int exitCode) implements ExitStatus {
    public Exited {
      if (exitCode < 0 || exitCode > 255) {
        throw new IllegalArgumentException("exit codes are 0 to 255, not " + exitCode);
      }
    }

    @Override
    public String toString() {
      return "exit status " + exitCode;
    }
  }

  /**
   * The command was killed.
   *
   * @param signal the signal; {@link Signal#UNKNOWN} if the platform does not report it
   */
  record Signaled(Signal signal) implements ExitStatus {
    public Signaled {
      requireNonNull(signal, "signal");
    }

    @Override
    public String toString() {
      return "killed by " + signal;
    }
  }

  /**
   * The command has ended, but its exit status was not reported.
   *
   * @param reason why the platform does not know, as text for people
   */
  record Unreported(String reason) implements ExitStatus {
    public Unreported {
      requireNonNull(reason, "reason");
    }

    @Override
    public String toString() {
      return "ended, status unreported: " + reason;
    }
  }
}
