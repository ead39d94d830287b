package dev.sandpiper;

/**
 * Receives each decision about repeating a request, those against it included, for metrics and
 * logs. Called on the thread that sends the request, before the pause; it should return soon,
 * because its time counts as the call's. What it throws is logged, once for each client, and
 * changes nothing.
 *
 * @see RetryOptions#listener(RetryListener)
 */
@FunctionalInterface
public interface RetryListener {

  void decided(RetryDecision decision);

  /** Listens to nothing. */
  static RetryListener none() {
    return decision -> {};
  }
}
