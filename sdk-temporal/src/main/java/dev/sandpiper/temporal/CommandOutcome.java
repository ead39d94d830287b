package dev.sandpiper.temporal;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.ExitStatus;
import dev.sandpiper.ProcessRef;
import org.jspecify.annotations.Nullable;

/**
 * How a command ended.
 *
 * @param process its {@link ProcessRef} as text
 * @param exit how it ended, as text for people, such as {@code exit status 3}, {@code killed by
 *     KILL} or {@code ended, status unreported: ...}
 * @param exitCode its exit code; null if it was killed, or if its exit status is unknown
 * @param stdout its output
 * @param stderr its error output
 */
public record CommandOutcome(
    String process, String exit, @Nullable Integer exitCode, KeptOutput stdout, KeptOutput stderr) {

  public CommandOutcome {
    requireNonNull(process, "process");
    requireNonNull(exit, "exit");
    requireNonNull(stdout, "stdout");
    requireNonNull(stderr, "stderr");
  }

  static CommandOutcome of(ProcessRef process, ExitStatus exit, Delivery delivery) {
    return new CommandOutcome(
        process.toString(),
        exit.toString(),
        exit.code().isPresent() ? exit.code().getAsInt() : null,
        delivery.stdout().kept(),
        delivery.stderr().kept());
  }

  /** True only for exit code 0. */
  public boolean succeeded() {
    return exitCode != null && exitCode == 0;
  }
}
