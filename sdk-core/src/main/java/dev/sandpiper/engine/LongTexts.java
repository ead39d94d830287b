package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Command;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import java.util.List;

/** Rejects arguments and variables longer than Linux allows, before anything is sent. */
public final class LongTexts {
  /**
   * The longest argument, or variable with its value, in bytes: Linux's {@code MAX_ARG_STRLEN},
   * without the NUL.
   */
  public static final int LONGEST = 131_071;

  private LongTexts() {}

  /**
   * Rejects arguments that are too long.
   *
   * @param arguments those sent for {@code command}
   */
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
              + " bytes, more than the "
              + longest
              + " that Linux allows; pass it in a file";
      throw new InvalidRequestException(Failure.of("start", command.name(), observed));
    }
  }
}
