package dev.sandpiper;

import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A long list that is fetched page by page. Each iteration begins anew and asks for a page when it
 * gets there, so every step may block and may throw a {@link SandboxException}.
 */
public interface Pages<T> extends Iterable<T> {

  /** The items, fetched as they are needed. */
  default Stream<T> stream() {
    return StreamSupport.stream(spliterator(), false);
  }
}
