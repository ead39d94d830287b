package dev.sandpiper.e2b.sessions;

import static dev.sandpiper.http.ApiCall.Repetition.IF_LOST;
import static dev.sandpiper.http.ApiCall.Repetition.IF_UNSENT;

import dev.sandpiper.http.ApiCall;

/** The calls of the old API. None of its statuses is transient. */
enum SessionCall implements ApiCall {
  CREATE("create", "POST /sessions", IF_UNSENT, Texts.UNKNOWN),
  LOOK("info", "GET /sessions/{id}", IF_LOST, ""),
  KILL("kill", "DELETE /sessions/{id}", IF_LOST, ""),
  START(
      "start",
      "POST /sessions/{id}/processes",
      IF_UNSENT,
      Texts.UNKNOWN + "; a command whose start was cancelled is stopped when the response arrives"),
  FOLLOW(
      "follow",
      "GET /sessions/{id}/processes/{process}",
      IF_LOST,
      "repeated within `reattachLimit`; each response has all lines, so none is missed. Then"
          + " `ConnectionLostException` with the reference"),
  STOP("stop", "DELETE /sessions/{id}/processes/{process}", IF_LOST, ""),
  WRITE_STDIN(
      "write stdin", "POST /sessions/{id}/processes/{process}/stdin", IF_UNSENT, Texts.UNKNOWN),
  LIST("list", "GET /sessions/{id}/filesystem/dirs", IF_LOST, ""),
  MAKE_DIRECTORY("makeDirectory", "PUT /sessions/{id}/filesystem/dirs", IF_LOST, ""),
  READ("read", "GET /sessions/{id}/filesystem/files", IF_LOST, ""),
  WRITE("write", "PUT /sessions/{id}/filesystem/files", IF_UNSENT, Texts.UNKNOWN),
  DELETE("delete", "DELETE /sessions/{id}/filesystem", IF_LOST, "");

  private static final class Texts {
    static final String UNKNOWN =
        "nothing can be queried: the error says that the outcome is unknown";
  }

  @SuppressWarnings("ImmutableEnumChecker") // immutable; not provable from this module
  private final Rule rule;

  SessionCall(String verb, String route, Repetition repetition, String afterwards) {
    rule = new Rule(verb, route, repetition, afterwards);
  }

  @Override
  public Rule rule() {
    return rule;
  }
}
