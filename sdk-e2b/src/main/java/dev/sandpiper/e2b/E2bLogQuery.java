package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.wire.SentText;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which lines of a sandbox's log to read. Immutable; each method returns a changed copy. */
public final class E2bLogQuery {
  private static final int LONGEST_SEARCH = 256;
  private static final E2bLogQuery ALL = new E2bLogQuery(null, null, null);

  private final @Nullable String level;
  private final @Nullable String search;
  private final @Nullable Instant since;

  private E2bLogQuery(@Nullable String level, @Nullable String search, @Nullable Instant since) {
    this.level = level;
    this.search = search;
    this.since = since;
  }

  /** All lines, oldest first. */
  public static E2bLogQuery all() {
    return ALL;
  }

  /** Only lines of this level, such as {@code warn}, or a more severe one. */
  public E2bLogQuery level(String least) {
    return new E2bLogQuery(SentText.require("the level", least), search, since);
  }

  /**
   * Only lines that contain this text.
   *
   * @throws IllegalArgumentException if it is longer than 256 characters
   */
  public E2bLogQuery search(String text) {
    if (SentText.require("the text", text).length() > LONGEST_SEARCH) {
      throw new IllegalArgumentException("a text of more than 256 characters cannot be searched");
    }
    return new E2bLogQuery(level, text, since);
  }

  /**
   * Only lines since this moment, to the millisecond.
   *
   * @throws IllegalArgumentException if it is more than 292 million years from 1970
   */
  public E2bLogQuery since(Instant moment) {
    try {
      long unused = requireNonNull(moment, "moment").toEpochMilli();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("the moment has no number of milliseconds: " + moment, e);
    }
    return new E2bLogQuery(level, search, moment);
  }

  Optional<String> level() {
    return Optional.ofNullable(level);
  }

  Optional<String> search() {
    return Optional.ofNullable(search);
  }

  Optional<Instant> since() {
    return Optional.ofNullable(since);
  }
}
