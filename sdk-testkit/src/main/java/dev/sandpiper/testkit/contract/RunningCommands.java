package dev.sandpiper.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.Sandbox;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** The commands of one test that run in its sandbox, found from inside by a number. */
final class RunningCommands {
  // The number is in no argument of this command, so that it does not find itself.
  private static final String FIND =
      "printf %s \"$MARK\" | grep -aFf - /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '|'";

  private final Sandbox sandbox;
  private final String mark = "9" + ThreadLocalRandom.current().nextInt(100_000, 1_000_000);

  RunningCommands(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  /** This script with a number unique to this test in place of each {@code 900}. */
  Command script(String text) {
    return Command.shell(text.replace("900", mark));
  }

  /** The number in place of 900. */
  String mark() {
    return mark;
  }

  /** The command lines with the number, including the platform's wrappers of a command. */
  List<String> all() {
    Command find = Command.shell(FIND).environment("MARK", mark);
    return sandbox.processes().exec(find).stdout().text().lines().toList();
  }

  /** The commands that sleep, or run another program that does. */
  List<String> sleepers() {
    return all().stream().filter(line -> line.contains("sleep|" + mark)).toList();
  }

  void awaitSleepers(int count) {
    Patience.until(count + " sleepers", () -> sleepers().size() >= count);
  }

  /** Fails unless each of them has stopped; the platform's wrappers may end later. */
  void assertStopped() {
    assertThat(sleepers()).as("sleepers left behind").isEmpty();
    Patience.until("nothing is left", () -> all().isEmpty());
  }
}
