package dev.sandpiper.testkit.faults;

import java.util.concurrent.atomic.AtomicInteger;

/** A fault, the requests that it applies to, and how often it was injected. Thread-safe. */
final class PlannedFault {
  /** The requests that it applies to. */
  enum Scope {
    NEXT,
    EVERY,
    NONE
  }

  final Fault fault;
  private final Scope scope;
  private final String requestText;
  private final AtomicInteger untilTaken;
  private final AtomicInteger injections = new AtomicInteger();

  /**
   * @param occurrence the request that it applies to: 1 for the next of these
   */
  PlannedFault(String requestText, int occurrence, Fault fault, Scope scope) {
    this.untilTaken = new AtomicInteger(occurrence);
    this.requestText = requestText;
    this.fault = fault;
    this.scope = scope;
  }

  /**
   * A fault that is not triggered by a request: {@link #injected} is called when it has had an
   * effect.
   */
  static PlannedFault ofConnections(String name, Fault fault) {
    return new PlannedFault(name, 1, fault, Scope.NONE);
  }

  boolean isMeantFor(String head) {
    return scope != Scope.NONE && head.contains(requestText);
  }

  /** Takes it for one request. Returns false if it applies to another one. */
  boolean tryTake() {
    return scope == Scope.EVERY || untilTaken.getAndDecrement() == 1;
  }

  void injected() {
    injections.incrementAndGet();
  }

  int injections() {
    return injections.get();
  }

  @Override
  public String toString() {
    return scope == Scope.NONE ? requestText : fault + " of '" + requestText + "'";
  }
}
