package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Command;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import java.util.List;

/** Refuses what Linux gives to no program, before anything is sent. */
public final class LongTexts {
  /** The longest text that a program gets: one argument, or a variable with its value. */
  public static final int LONGEST = 131_071;

  private LongTexts() {}

  /** Refuses arguments that are too long, of those that {@code command} really has. */
  public static void requireShort(Command command, List<String> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      requireShort(command, "argument " + i, arguments.get(i).getBytes(UTF_8).length);
    }
  }

  public static void requireShort(Command command, String what, int bytes) {
    requireShort(command, what, bytes, LONGEST);
  }

  static void requireShort(Command command, String what, int bytes, int longest) {
    if (bytes > longest) {
      String observed =
          what
              + " has "
              + bytes
              + " bytes, and Linux gives a program at most "
              + longest
              + " in one; write it to a file";
      throw new InvalidRequestException(Failure.of("start", command.name(), observed));
    }
  }
}
