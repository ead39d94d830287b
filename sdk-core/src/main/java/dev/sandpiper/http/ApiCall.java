package dev.sandpiper.http;

import java.util.Set;

/**
 * A request of a platform's API, and when it may be sent again. Each provider has an enum of all
 * that it sends, from which the tables of {@code docs/retries.md} are rendered: no request can be
 * sent by a rule that they do not show.
 */
public interface ApiCall {
  /** Statuses that may be others a moment later. */
  Set<Integer> PASSING = Set.of(429, 502, 503, 504);

  Rule rule();

  /** Whether this answer is one after which the request may be sent again. */
  default boolean isRepeatedAfter(HttpResponse answer) {
    return rule().repetition() == Repetition.IF_LOST_OR_REFUSED
        && PASSING.contains(answer.status());
  }

  /**
   * Whether its sender may repeat what {@link #rule()} does not, and tells the listener of that.
   */
  default boolean isRepeatedBySender() {
    return false;
  }

  /** When a request may be sent a second time. */
  enum Repetition {
    /** Only when it is certain that the peer has seen nothing of it. */
    IF_UNSENT,
    /** Also after a lost connection: sending it twice does no harm. */
    IF_LOST,
    /** Also after a status that may be another a moment later: 429, 502, 503, 504. */
    IF_LOST_OR_REFUSED
  }

  /**
   * A row of the table.
   *
   * @param verb the operation in errors and logs, unless the request is a step of another
   * @param route method and path; a part in braces is an id, a name or a path
   * @param afterwards for the documentation: what happens when it is not repeated, or repeated
   *     without success
   */
  record Rule(String verb, String route, Repetition repetition, String afterwards) {
    public String method() {
      return route.substring(0, route.indexOf(' '));
    }

    /** The parts of the path. */
    public String[] segments() {
      return route.substring(route.indexOf('/') + 1).split("/", -1);
    }
  }
}
