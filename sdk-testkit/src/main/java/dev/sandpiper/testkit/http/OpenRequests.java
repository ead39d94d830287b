package dev.sandpiper.testkit.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The requests to one sandbox that are being answered. Thread-safe. */
public final class OpenRequests {
  private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
  private volatile boolean gone;

  /** The caller removes it when it is answered. */
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

  /** Breaks them off, and whatever comes later. */
  public void close() {
    gone = true;
    abort();
  }

  /** Breaks them off. */
  public void abort() {
    open.forEach(Exchange::abort);
  }

  /** Has bytes get into one of the answers, if there is one that they can get into. */
  public void intrude(byte[] bytes) {
    for (Exchange exchange : open) {
      if (exchange.intrude(bytes)) return;
    }
  }
}
