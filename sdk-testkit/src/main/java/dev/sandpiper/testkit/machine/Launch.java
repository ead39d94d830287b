package dev.sandpiper.testkit.machine;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters for starting a command.
 *
 * @param wrapper the words in front of the command that run it in a wrapper
 * @param takesInput whether its standard input is a pipe; meaningless with a terminal
 * @param terminal the size of its terminal; null if it has pipes instead
 */
public record Launch(
    List<String> wrapper,
    List<String> command,
    String directory,
    Map<String, String> environment,
    boolean takesInput,
    @Nullable TerminalSize terminal) {
  /** The command was not started. The message is the kernel's reason. */
  public static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    public RefusedException(String reason) {
      super(reason);
    }
  }
}
