package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import dev.sandpiper.wire.SentText;

/** A {@link Command} with options specific to E2B. Immutable. */
public final class E2bCommand {
  private final Command common;
  private final String tag;

  private E2bCommand(Command common, String tag) {
    this.common = common;
    this.tag = tag;
  }

  /**
   * The command with a tag, by which other clients of E2B can find it. Tags need not be unique.
   *
   * @throws IllegalArgumentException if the tag is empty, or contains a NUL or an unpaired
   *     surrogate
   */
  public static E2bCommand tagged(Command common, String tag) {
    if (SentText.require("the tag", tag).isEmpty()) {
      throw new IllegalArgumentException("the tag is empty");
    }
    return new E2bCommand(requireNonNull(common, "common"), tag);
  }

  public Command common() {
    return common;
  }

  public String tag() {
    return tag;
  }

  @Override
  public String toString() {
    return "E2b" + common;
  }
}
