package dev.sandpiper.engine;

import dev.sandpiper.Failure;
import dev.sandpiper.Pages;
import dev.sandpiper.WireFormatException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Pages of sandboxes, fetched lazily by cursor. A cursor that repeats, or too many empty pages in a
 * row, is an error instead of an endless loop.
 */
public final class LazyPages<T> implements Pages<T> {
  private static final int MOST_EMPTY_PAGES = 100;

  /**
   * One page.
   *
   * @param next the cursor of the next page; null on the last
   */
  public record Page<T>(List<T> items, @Nullable String next) {}

  /** Fetches the page at a cursor; null for the first page. */
  @FunctionalInterface
  public interface Fetch<T> {
    Page<T> page(@Nullable String cursor);
  }

  private final Fetch<T> fetch;
  private final Predicate<T> wanted;

  /**
   * @param wanted filters the items here too, because not every platform applies the filter it is
   *     sent
   */
  public LazyPages(Fetch<T> fetch, Predicate<T> wanted) {
    this.fetch = fetch;
    this.wanted = wanted;
  }

  @Override
  public Iterator<T> iterator() {
    return Stream.generate(new Turning()::next)
        .takeWhile(Optional::isPresent)
        .flatMap(page -> page.orElseThrow().items().stream())
        .filter(wanted)
        .iterator();
  }

  /** Fetches the pages in order; empty after the last. */
  private final class Turning {
    private final Set<String> passed = new HashSet<>();
    private @Nullable String cursor;
    private boolean ended;
    private int emptyPages;

    Optional<Page<T>> next() {
      if (ended) {
        return Optional.empty();
      }
      if (cursor != null && !passed.add(cursor)) {
        throw malformed("the cursor of an earlier page was repeated");
      }
      Page<T> page = fetch.page(cursor);
      emptyPages = page.items().isEmpty() ? emptyPages + 1 : 0;
      if (emptyPages > MOST_EMPTY_PAGES) {
        throw malformed("more than " + MOST_EMPTY_PAGES + " empty pages in a row");
      }
      cursor = page.next();
      ended = cursor == null;
      return Optional.of(page);
    }

    private static WireFormatException malformed(String observed) {
      return new WireFormatException(Failure.of("list", "sandboxes", observed), null);
    }
  }
}
