package dev.sandpiper.blaxel;

import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;

/** A wrapper was not run, because the system takes fewer bytes of arguments and variables. */
final class ArgumentsTooLongException extends InvalidRequestException {
  private static final long serialVersionUID = 1L;

  ArgumentsTooLongException(String command) {
    super(
        Failure.of(
            "start",
            command,
            "argument list too long: arguments and variables together have more bytes than the"
                + " sandbox's system gives to a program; write them to a file"));
  }
}
