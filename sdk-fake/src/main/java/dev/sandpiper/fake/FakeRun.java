package dev.sandpiper.fake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Filesystem;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The script of a command: its output in order, where it waits for input, and how it ends.
 * Immutable; each method returns a changed copy. No time passes: starting a command executes it as
 * far as its input allows.
 */
public final class FakeRun implements FakeProgram {

  /** One step of a command. */
  sealed interface Step {
    record Show(ProcessEvent event) implements Step {}

    /** Waits for one more line of its standard input. */
    record AwaitLine() implements Step {}

    /** Waits for the end of its standard input. */
    record AwaitEndOfInput() implements Step {}
  }

  /** What happens after the last step. */
  enum Ending {
    ENDS,
    RUNS_ON,
    CONNECTION_BREAKS
  }

  final List<Step> steps;
  final Ending ending;
  final @Nullable ExitStatus status; // not null if ENDS
  final Duration takes;

  private FakeRun(List<Step> steps, Ending ending, @Nullable ExitStatus status, Duration takes) {
    this.steps = List.copyOf(steps);
    this.ending = ending;
    this.status = status;
    this.takes = takes;
  }

  /**
   * A command that exits with this code.
   *
   * @throws IllegalArgumentException if {@code code} is not 0 to 255
   */
  public static FakeRun exits(int code) {
    return ends(new ExitStatus.Exited(code));
  }

  /** A command that ends with this status. */
  public static FakeRun ends(ExitStatus status) {
    requireNonNull(status, "status");
    return new FakeRun(List.of(), Ending.ENDS, status, Duration.ZERO);
  }

  /**
   * A command that runs until it is stopped, such as a server. {@code exec} of it blocks until its
   * thread is interrupted, unless the command has a timeout, which passes immediately.
   */
  public static FakeRun runsUntilStopped() {
    return new FakeRun(List.of(), Ending.RUNS_ON, null, Duration.ZERO);
  }

  /** A command whose connection is lost permanently before its end is reported. */
  public static FakeRun losesConnection() {
    return new FakeRun(List.of(), Ending.CONNECTION_BREAKS, null, Duration.ZERO);
  }

  /** Then it writes this to stdout, as one event. */
  public FakeRun stdout(String text) {
    return output(Channel.STDOUT, text.getBytes(UTF_8));
  }

  /** Then it writes this to stderr, as one event. */
  public FakeRun stderr(String text) {
    return output(Channel.STDERR, text.getBytes(UTF_8));
  }

  /** Then it writes these bytes, as one event. A character must not be split between two events. */
  public FakeRun output(Channel channel, byte[] bytes) {
    return then(new Step.Show(Output.of(channel, bytes.clone())));
  }

  /** Then an unknown amount of its output is missing. */
  public FakeRun gap(Channel channel, String reason) {
    OptionalLong unknown = OptionalLong.empty();
    return then(new Step.Show(new OutputGap(channel, unknown, unknown, reason)));
  }

  /** Then it reads one line of its standard input, and continues once it has arrived. */
  public FakeRun afterLine() {
    return then(new Step.AwaitLine());
  }

  /** Then it reads its standard input to the end, and continues once that has arrived. */
  public FakeRun afterEndOfInput() {
    return then(new Step.AwaitEndOfInput());
  }

  /**
   * The duration to report: no thread waits for it. A command with a shorter timeout is stopped at
   * its deadline, after all its output. Default: zero.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public FakeRun takes(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("duration must not be negative: " + duration);
    }
    return new FakeRun(steps, ending, status, duration);
  }

  private FakeRun then(Step step) {
    List<Step> more = new ArrayList<>(steps);
    more.add(step);
    return new FakeRun(more, ending, status, takes);
  }

  @Override
  public FakeRun run(Command command, Filesystem files) {
    return this;
  }
}
