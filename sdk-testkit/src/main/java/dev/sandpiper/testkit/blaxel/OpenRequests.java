package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.http.Exchange;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The requests to one sandbox that are being answered. Thread-safe. */
final class OpenRequests {
  private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
  private volatile boolean gone;

  /** The caller removes it when it is answered. */
  void add(Exchange exchange) {
    open.add(exchange);
    if (gone) exchange.abort();
  }

  void remove(Exchange exchange) {
    open.remove(exchange);
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  /** Breaks them off, and whatever comes later. */
  void abort() {
    gone = true;
    open.forEach(Exchange::abort);
  }

  /** Has bytes get into one of the answers, if there is one that they can get into. */
  void intrude(byte[] bytes) {
    for (Exchange exchange : open) {
      if (exchange.intrude(bytes)) return;
    }
  }
}
