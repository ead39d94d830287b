package dev.sandpiper.http;

import java.util.Set;

/**
 * A request of a platform's API and its retry rule. Each provider has an enum of all its requests,
 * from which the tables in {@code docs/retries.md} are rendered, so that every rule in use is
 * documented.
 */
public interface ApiCall {
  /** Transient error statuses, after which a retry may succeed. */
  Set<Integer> PASSING = Set.of(429, 502, 503, 504);

  Rule rule();

  /** True if the request may be retried after this response. */
  default boolean isRepeatedAfter(HttpResponse answer) {
    return rule().repetition() == Repetition.IF_LOST_OR_REFUSED
        && PASSING.contains(answer.status());
  }

  /**
   * True if the code that sends it may retry beyond {@link #rule()}, and notifies the listener
   * itself.
   */
  default boolean isRepeatedBySender() {
    return false;
  }

  /** When a request may be retried. */
  enum Repetition {
    /** Only if it is certain that the peer processed nothing of it. */
    IF_UNSENT,
    /** Also after a lost connection: the request is idempotent. */
    IF_LOST,
    /** Also after a transient status: 429, 502, 503, 504. */
    IF_LOST_OR_REFUSED
  }

  /**
   * A row of the table.
   *
   * @param verb the operation in errors and logs, unless the request is a step of another operation
   * @param route method and path; braces mark an id, a name or a path
   * @param afterwards for the documentation: what happens if it is not retried, or the retries fail
   */
  record Rule(String verb, String route, Repetition repetition, String afterwards) {
    public String method() {
      return route.substring(0, route.indexOf(' '));
    }

    /** The segments of the path. */
    public String[] segments() {
      return route.substring(route.indexOf('/') + 1).split("/", -1);
    }
  }
}
