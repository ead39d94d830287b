package dev.sandpiper;

import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A long list that is fetched page by page. Each iteration starts at the first page and fetches a
 * page when it is reached, so every step may block and may throw a {@link SandboxException}.
 */
public interface Pages<T> extends Iterable<T> {

  /** The items, fetched lazily. */
  default Stream<T> stream() {
    return StreamSupport.stream(spliterator(), false);
  }
}
