package dev.sandpiper.fake;

import dev.sandpiper.Command;
import dev.sandpiper.Filesystem;

/**
 * Decides what a command does, on the thread that starts it. A {@link FakeRun} is a program that
 * always behaves the same.
 */
@FunctionalInterface
public interface FakeProgram {

  /**
   * Called each time the command is started.
   *
   * @param command the requested command; its {@code stdin} can be opened any number of times
   * @param files the sandbox's files, for a program that reads or writes some; these calls are not
   *     recorded
   */
  FakeRun run(Command command, Filesystem files);
}
