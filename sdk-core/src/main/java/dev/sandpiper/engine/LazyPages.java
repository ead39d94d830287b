package dev.sandpiper.engine;

import dev.sandpiper.Pages;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Pages that follow a cursor. */
public final class LazyPages<T> implements Pages<T> {

  /**
   * One page.
   *
   * @param next the cursor of the next page; null at the end
   */
  public record Page<T>(List<T> items, @Nullable String next) {}

  /** Fetches the page at a cursor; null is the first. */
  @FunctionalInterface
  public interface Fetch<T> {
    Page<T> page(@Nullable String cursor);
  }

  private final Fetch<T> fetch;

  public LazyPages(Fetch<T> fetch) {
    this.fetch = fetch;
  }

  @Override
  public Iterator<T> iterator() {
    return new Items();
  }

  private final class Items implements Iterator<T> {
    private @Nullable Iterator<T> items;
    private @Nullable String cursor;
    private boolean last;

    @Override
    public boolean hasNext() {
      while (items == null || !items.hasNext()) {
        if (last) {
          return false;
        }
        Page<T> page = fetch.page(cursor);
        items = page.items().iterator();
        cursor = page.next();
        last = cursor == null;
      }
      return true;
    }

    @Override
    public T next() {
      if (!hasNext() || items == null) {
        throw new NoSuchElementException();
      }
      return items.next();
    }
  }
}
