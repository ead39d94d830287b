package dev.sandpiper.agent;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Sandbox;
import dev.sandpiper.engine.ScriptFile;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.Optional;

/** The paths of one toolset: unchanged, or restricted to its root. */
final class ToolPaths {
  private static final String RESOLVE =
      ScriptFile.load(ToolPaths.class.getResourceAsStream("resolve.sh"), "resolve.sh");
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int LONGEST = 64 << 10;
  private static final int NOWHERE = 3;
  private static final int FORBIDDEN = 4;
  private static final int CIRCLE = 5;
  private static final int SHOWN = 200;

  private final Sandbox sandbox;
  private final Optional<String> root;

  ToolPaths(Sandbox sandbox, Optional<String> root) {
    this.sandbox = sandbox;
    this.root = root;
  }

  /**
   * The path that a file tool may use.
   *
   * @throws InvalidArgumentsException if it leads out of the root
   */
  String usable(String path) throws InvalidArgumentsException {
    return root.isPresent() ? below(root.get(), path) : path;
  }

  /** {@code command} in the directory that the model named, or in the root. */
  Command in(Optional<String> directory, Command command) throws InvalidArgumentsException {
    Optional<String> start = directory.isPresent() ? directory : root;
    return start.isPresent() ? command.directory(usable(start.get())) : command;
  }

  private String below(String directory, String path) throws InvalidArgumentsException {
    String absolute = path.startsWith("/") ? path : directory + "/" + path;
    ExecResult resolved =
        sandbox.exec(
            Command.of("/bin/sh", "-c", RESOLVE, "sh", directory, absolute)
                .captureBytes(LONGEST)
                .timeout(LIMIT));
    if (!resolved.exit().isSuccess() || !resolved.stdout().isComplete()) {
      throw new InvalidArgumentsException(
          "The path " + shown(path) + " cannot be used: " + reason(resolved) + ".");
    }
    String[] real = exactly(path, resolved.stdout().bytes()).split("\0", -1);
    if (real.length != 2 || !isBelow(real[0], real[1])) {
      throw new InvalidArgumentsException(
          "The path "
              + shown(path)
              + " is outside of "
              + shown(directory)
              + ": only paths below it can be used.");
    }
    return real[1].isEmpty() ? "/" : real[1];
  }

  private static boolean isBelow(String realRoot, String realPath) {
    return realRoot.equals("/") || realPath.equals(realRoot) || realPath.startsWith(realRoot + "/");
  }

  private static String exactly(String path, byte[] bytes) throws InvalidArgumentsException {
    try {
      return PlainText.strict(bytes);
    } catch (CharacterCodingException e) {
      throw new InvalidArgumentsException(
          "The path " + shown(path) + " leads to a name that is not UTF-8: use run_command.", e);
    }
  }

  private static String reason(ExecResult resolved) {
    return switch (resolved.exit().code().orElse(-1)) {
      case NOWHERE -> "a part of it does not exist";
      case FORBIDDEN -> "a directory of it cannot be entered";
      case CIRCLE -> "its links form a cycle";
      default -> "resolving it ended with " + resolved.exit();
    };
  }

  static String shown(String path) {
    return PlainText.printable(path, SHOWN);
  }
}
