package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.List;

/**
 * A POSIX signal by its Linux number. {@link #UNKNOWN} means "killed by a signal that the platform
 * does not report".
 *
 * @param number 1 to 64, or 0 for {@link #UNKNOWN}
 */
public record Signal(int number) implements Serializable {
  public static final Signal UNKNOWN = new Signal(0);
  public static final Signal HUP = new Signal(1);
  public static final Signal INT = new Signal(2);
  public static final Signal QUIT = new Signal(3);
  public static final Signal ABRT = new Signal(6);
  public static final Signal KILL = new Signal(9);
  public static final Signal USR1 = new Signal(10);
  public static final Signal SEGV = new Signal(11);
  public static final Signal USR2 = new Signal(12);
  public static final Signal PIPE = new Signal(13);
  public static final Signal TERM = new Signal(15);
  public static final Signal CONT = new Signal(18);
  public static final Signal STOP = new Signal(19);

  private static final List<String> NAMES =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  public Signal {
    if (number < 0 || number > 64) {
      throw new IllegalArgumentException("signal numbers are 0 to 64, not " + number);
    }
  }

  /**
   * The signal called {@code name}, with or without {@code SIG} in front, in any case.
   *
   * @throws IllegalArgumentException if Linux has no signal of that name
   */
  public static Signal of(String name) {
    String upper = requireNonNull(name, "name").toUpperCase(java.util.Locale.ROOT);
    int index = NAMES.indexOf(upper.startsWith("SIG") ? upper.substring(3) : upper);
    if (index < 0) {
      throw new IllegalArgumentException("no signal is called '" + name + "'");
    }
    return new Signal(index + 1);
  }

  /** {@code SIGTERM} and the like; {@code signal 40} for a signal without a name. */
  @Override
  public String toString() {
    if (number == 0) {
      return "unknown signal";
    }
    return number <= NAMES.size() ? "SIG" + NAMES.get(number - 1) : "signal " + number;
  }
}
