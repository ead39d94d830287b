package dev.sandpiper;

/**
 * Receives each decision whether to repeat a request, for metrics and logs. Called on the thread
 * that sends the request, before the pause; it should return soon, because its time counts as the
 * call's. An exception that it throws is logged, once for each client, and has no other effect.
 *
 * @see RetryOptions#listener(RetryListener)
 */
@FunctionalInterface
public interface RetryListener {

  void decided(RetryDecision decision);

  /** A listener that does nothing. */
  static RetryListener none() {
    return decision -> {};
  }
}
