package dev.sandpiper.testkit.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The requests to one sandbox that are in progress. Thread-safe. */
public final class OpenRequests {
  private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
  private volatile boolean gone;

  /** The caller removes it when it is complete. */
  public void add(Exchange exchange) {
    open.add(exchange);
    if (gone) exchange.abort();
  }

  public void remove(Exchange exchange) {
    open.remove(exchange);
  }

  public boolean isEmpty() {
    return open.isEmpty();
  }

  /** Aborts them, and all later ones. */
  public void close() {
    gone = true;
    abort();
  }

  /** Aborts them. */
  public void abort() {
    open.forEach(Exchange::abort);
  }

  /** Injects bytes into one of the responses, if one allows that. */
  public void intrude(byte[] bytes) {
    for (Exchange exchange : open) {
      if (exchange.intrude(bytes)) return;
    }
  }
}
