package dev.sandpiper.blaxel.files;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.BlaxelProcesses;
import dev.sandpiper.files.FileReasons;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.Restated;
import dev.sandpiper.wire.MalformedStreamException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs file scripts where the platform's own calls are not exact. Paths are passed as arguments,
 * never as a part of a script.
 */
record FileCommands(BlaxelProcesses processes) {
  /** The exit code of a script that had nothing to do. */
  static final int NOTHING_TO_DO = 10;

  private static final int REFUSED = 4;
  private static final byte[] END = "end 0\0".getBytes(US_ASCII);
  private static final int MOST_OUTPUT = 256 << 20;
  private static final List<String> WRONG_KIND = List.of("File exists", "Invalid argument");

  /** A script, its operation and path for messages, and its time limit. */
  record Job(String operation, String path, String script, Duration limit) {
    Failure failure(String observed) {
      return Failure.of(operation, path, observed);
    }
  }

  /**
   * Runs a script that changes something.
   *
   * @param outcome prepended to an ambiguous failure
   * @return false if nothing had to be done
   */
  boolean change(Job job, String outcome, String... arguments) {
    try {
      ExecResult result = exec(job, arguments);
      if (result.exit().code().orElse(-1) == NOTHING_TO_DO) {
        return false;
      }
      requireSuccess(job, result);
      return true;
    } catch (SandboxException e) {
      throw Ambiguity.mayHaveStarted(e) ? Ambiguity.unknown(e, outcome) : e;
    }
  }

  /** Runs a script to its end, with any exit code. */
  ExecResult exec(Job job, String... arguments) {
    String[] all =
        Stream.concat(Stream.of("-c", job.script, "sh"), Stream.of(arguments))
            .toArray(String[]::new);
    Command command = Command.of("/bin/sh", all).timeout(job.limit).captureBytes(MOST_OUTPUT);
    try {
      return processes.exec(command);
    } catch (SandboxException e) {
      throw Restated.of(job.failure(""), e); // no caller knows the command
    }
  }

  /**
   * The output of a script that prints hexadecimal digits, followed by {@code end}, a status and a
   * NUL.
   */
  byte[] bytes(Job job, String... arguments) {
    ExecResult result = exec(job, arguments);
    requireSuccess(job, result);
    if (!result.stdout().isComplete()) {
      throw new PlatformException(job.failure("a part of the script's output is missing"));
    }
    try {
      ByteBuffer all = HexDigits.decode(result.stdout().bytes());
      byte[] bytes = new byte[Math.max(0, all.remaining() - END.length)];
      all.get(bytes);
      if (!all.equals(ByteBuffer.wrap(END))) {
        throw new PlatformException(job.failure(result.stderr().text().strip()));
      }
      return bytes;
    } catch (MalformedStreamException e) {
      throw new WireFormatException(job.failure("malformed response: " + e.getMessage()), e);
    }
  }

  /** Throws the exception for a script's error message. */
  static void requireSuccess(Job job, ExecResult result) {
    if (result.exit().isSuccess()) {
      return;
    }
    String said = result.stderr().text().strip();
    SandboxException failure =
        FileReasons.failure(
            job.failure(""),
            said.isEmpty() ? "unexpected exit of the script: " + result.exit() : said);
    boolean isRefused = result.exit().code().orElse(-1) == REFUSED || isAboutKind(said);
    throw isRefused && failure instanceof PlatformException
        ? new InvalidRequestException(failure.failure())
        : failure;
  }

  private static boolean isAboutKind(String said) {
    String reason = said.substring(said.lastIndexOf('\n') + 1);
    return WRONG_KIND.stream().anyMatch(reason::endsWith)
        || reason.contains("cannot overwrite")
        || reason.contains("to a subdirectory of itself")
        || reason.contains("refusing to remove");
  }
}
