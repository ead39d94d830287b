package dev.sandpiper.agent;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The limits of a toolset. Immutable; each method returns a changed copy. */
public final class ToolOptions {
  private static final int LEAST_CHARACTERS = 1_000;
  private static final int MOST_CHARACTERS = 1_000_000;
  private static final int MOST_STARTED = 100;
  private static final Duration ONE_DAY = Duration.ofDays(1);
  private static final ToolOptions STANDARD = new ToolOptions();

  private @Nullable String root;
  private int resultCharacters = 16_000;
  private Duration commandLimit = Duration.ofMinutes(2);
  private Duration longestCommandLimit = Duration.ofMinutes(10);
  private int startedCommands = 8;
  private ToolListener listener = ToolListener.none();

  private ToolOptions() {}

  /** No root, results of 16,000 characters, commands of two minutes, eight started ones. */
  public static ToolOptions standard() {
    return STANDARD;
  }

  /**
   * Keeps the paths of the file tools below this directory, which must exist, and starts commands
   * there. A relative path is resolved against it. The sandbox itself resolves the links and {@code
   * ..} of each path first, and only the resolved path is used.
   *
   * <p>This restricts a model to its files. It does not protect files from programs in the sandbox:
   * a command can read everything that its user can, and one that replaces a directory by a link
   * between check and use can redirect a file tool. The boundary against hostile code is the
   * sandbox.
   *
   * @throws IllegalArgumentException if {@code directory} is not absolute
   */
  public ToolOptions root(String directory) {
    requireNonNull(directory, "directory");
    if (!directory.startsWith("/") || directory.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("the root must be an absolute path: " + directory);
    }
    return with(changed -> changed.root = directory);
  }

  /**
   * The maximum length of a result in characters. Default: 16,000.
   *
   * @throws IllegalArgumentException if it is below 1,000 or above 1,000,000
   */
  public ToolOptions resultCharacters(int characters) {
    requireRange("resultCharacters", characters, LEAST_CHARACTERS, MOST_CHARACTERS);
    return with(changed -> changed.resultCharacters = characters);
  }

  /**
   * The time limit of a command whose call has none; at most the {@link #longestCommandLimit}.
   * Default: two minutes.
   *
   * @throws IllegalArgumentException if it is shorter than a second
   */
  public ToolOptions commandLimit(Duration limit) {
    requireSecond("commandLimit", limit);
    return with(changed -> changed.commandLimit = limit);
  }

  /**
   * The maximum time limit of a command, whatever its call says; at most a day. Default: ten
   * minutes.
   *
   * @throws IllegalArgumentException if it is shorter than a second
   */
  public ToolOptions longestCommandLimit(Duration limit) {
    requireSecond("longestCommandLimit", limit);
    return with(changed -> changed.longestCommandLimit = shorter(limit, ONE_DAY));
  }

  /**
   * The maximum number of started commands at a time. Default: eight.
   *
   * @throws IllegalArgumentException if it is below 1 or above 100
   */
  public ToolOptions startedCommands(int most) {
    requireRange("startedCommands", most, 1, MOST_STARTED);
    return with(changed -> changed.startedCommands = most);
  }

  /** Reports every call and result to this listener. */
  public ToolOptions listener(ToolListener observer) {
    requireNonNull(observer, "observer");
    return with(changed -> changed.listener = observer);
  }

  public Optional<String> root() {
    return Optional.ofNullable(root);
  }

  public int resultCharacters() {
    return resultCharacters;
  }

  public Duration commandLimit() {
    return shorter(commandLimit, longestCommandLimit);
  }

  public Duration longestCommandLimit() {
    return longestCommandLimit;
  }

  public int startedCommands() {
    return startedCommands;
  }

  public ToolListener listener() {
    return listener;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static void requireSecond(String name, Duration value) {
    if (value.toSeconds() < 1) {
      throw new IllegalArgumentException(name + " must be a second or more: " + value);
    }
  }

  private static void requireRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + value);
    }
  }

  private ToolOptions with(Consumer<ToolOptions> change) {
    ToolOptions changed = new ToolOptions();
    changed.root = root;
    changed.resultCharacters = resultCharacters;
    changed.commandLimit = commandLimit;
    changed.longestCommandLimit = longestCommandLimit;
    changed.startedCommands = startedCommands;
    changed.listener = listener;
    change.accept(changed);
    return changed;
  }
}
