package dev.sandpiper.testkit.faults;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

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
  private final int occurrence;
  private final AtomicInteger matches = new AtomicInteger();
  private final AtomicInteger injections = new AtomicInteger();

  /** Follows the last message that it was meant for. Null until there is one. */
  private volatile Moment.@Nullable Watch watch;

  /** The version of HTTP of the last request that could not have it. Null if there was none. */
  private volatile @Nullable String otherVersion;

  /**
   * @param occurrence the request that it applies to: 1 for the next of these
   */
  PlannedFault(String requestText, int occurrence, Fault fault, Scope scope) {
    this.occurrence = occurrence;
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
    return matches.incrementAndGet() == occurrence || scope == Scope.EVERY;
  }

  /** Records which message it will be injected into, once the moment is there. */
  void awaits(Moment.Watch moment) {
    watch = moment;
  }

  /** Records that it was taken for a request of a version of HTTP that does not have it. */
  void isNotIn(String version) {
    otherVersion = version;
  }

  void injected() {
    injections.incrementAndGet();
  }

  int injections() {
    return injections.get();
  }

  boolean isOfRequests() {
    return scope != Scope.NONE;
  }

  /** The fault, and why it was not injected if a request matched. */
  String unmet() {
    return matches.get() == 0 ? toString() : this + ", which matched " + misses();
  }

  private String misses() {
    int count = Math.min(matches.get(), scope == Scope.EVERY ? Integer.MAX_VALUE : occurrence);
    String matched = count + (count == 1 ? " request" : " requests");
    if (scope == Scope.NEXT && count < occurrence) {
      return matched + " and is meant for number " + occurrence;
    }
    if (otherVersion != null) {
      String needed = fault.effect.needsHttp2() ? "HTTP/2" : "HTTP/1.1";
      return matched + ", over " + otherVersion + "; this fault needs " + needed;
    }
    Moment.Watch missed = watch;
    if (missed == null) return matched;
    String part = fault.moment.headCounts() ? "" : "'s body";
    return matched
        + ", whose "
        + fault.side.name().toLowerCase(Locale.ROOT)
        + part
        + " "
        + missed.had();
  }

  @Override
  public String toString() {
    return scope == Scope.NONE ? requestText : fault + " of '" + requestText + "'";
  }
}
