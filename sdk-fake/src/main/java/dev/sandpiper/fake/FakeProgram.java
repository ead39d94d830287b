package dev.sandpiper.fake;

import dev.sandpiper.Command;
import dev.sandpiper.Filesystem;

/**
 * Decides what a command does, on the thread that starts it. A {@link FakeRun} is a program that
 * always does the same.
 */
@FunctionalInterface
public interface FakeProgram {

  /**
   * Called each time the command is started.
   *
   * @param command what was asked for; its {@code stdin} can be opened as often as needed
   * @param files the sandbox's files, for a program that reads or writes some; what it does with
   *     them is not recorded
   */
  FakeRun run(Command command, Filesystem files);
}
