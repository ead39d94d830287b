package dev.sandpiper.e2b.envd;

import static dev.sandpiper.http.ApiCall.Repetition.IF_LOST;
import static dev.sandpiper.http.ApiCall.Repetition.IF_LOST_OR_REFUSED;
import static dev.sandpiper.http.ApiCall.Repetition.IF_UNSENT;

import dev.sandpiper.http.ApiCall;
import dev.sandpiper.http.HttpResponse;

/**
 * Every request that is sent to E2B. Inside a sandbox no status is retried, because 502 is the
 * response for a sandbox that is gone.
 */
public enum E2bCall implements ApiCall {
  CREATE(
      "create",
      "POST /v2/sandboxes",
      IF_UNSENT,
      "after a lost connection, 502, 503, 504 and `Should-Retry: true` repeated with the same"
          + " idempotency key, within two minutes; then as with the first version of the route"),
  CREATE_FIRST_VERSION(
      "create",
      "POST /sandboxes",
      IF_UNSENT,
      "the list is searched for the sandbox's nonce, twice; found: adopted, or deleted if the caller"
          + " gave up; not found: the error says that the outcome is unknown"),
  REBOOT("connect", "POST /v2/sandboxes/{id}/connect", IF_LOST_OR_REFUSED, ""),
  PAUSE(
      "pause",
      "POST /sandboxes/{id}/pause",
      IF_UNSENT,
      "its state is queried; unless it is paused, the error says that the outcome is unknown"),
  SNAPSHOT(
      "snapshot",
      "POST /sandboxes/{id}/snapshots",
      IF_UNSENT,
      "the error says that the outcome is unknown"),
  FORK(
      "fork", "POST /sandboxes/{id}/fork", IF_UNSENT, "the error says that the outcome is unknown"),
  UPDATE_NETWORK("update network", "PUT /sandboxes/{id}/network", IF_LOST_OR_REFUSED, ""),
  LIST_SNAPSHOTS("list", "GET /snapshots", IF_LOST_OR_REFUSED, ""),
  DELETE_SNAPSHOT("delete snapshot", "DELETE /templates/{id}", IF_LOST_OR_REFUSED, ""),
  METRICS("metrics", "GET /sandboxes/{id}/metrics", IF_LOST_OR_REFUSED, ""),
  LATEST_METRICS("metrics", "GET /sandboxes/metrics", IF_LOST_OR_REFUSED, ""),
  LOGS("logs", "GET /v2/sandboxes/{id}/logs", IF_LOST_OR_REFUSED, ""),
  CONNECT("connect", "POST /sandboxes/{id}/connect", IF_LOST_OR_REFUSED, ""),
  EXPIRE_IN("expireIn", "POST /sandboxes/{id}/timeout", IF_LOST_OR_REFUSED, ""),
  INFO("info", "GET /sandboxes/{id}", IF_LOST_OR_REFUSED, ""),
  LIST_SANDBOXES("list", "GET /v2/sandboxes", IF_LOST_OR_REFUSED, ""),
  KILL("kill", "DELETE /sandboxes/{id}", IF_LOST_OR_REFUSED, ""),

  START(
      "start",
      "POST /process.Process/Start",
      IF_UNSENT,
      "the running processes are searched for the command's nonce, twice, then those that just"
          + " ended; found: adopted, with a gap in its output; not found: the error says that the"
          + " outcome is unknown"),
  ATTACH("attach", "POST /process.Process/Connect", IF_UNSENT, "the process is unchanged"),
  LIST_PROCESSES("list processes", "POST /process.Process/List", IF_LOST, ""),
  SIGNAL(
      "signal",
      "POST /process.Process/SendSignal",
      IF_UNSENT,
      "only the fallback of a script that has identified the process by its nonce, so that a reused"
          + " pid affects no other process"),
  RESIZE("resize", "POST /process.Process/Update", IF_LOST, ""),
  WRITE_STDIN(
      "write stdin",
      "POST /process.Process/SendInput",
      IF_UNSENT,
      "the error says that a part may have been read; every later write fails, and the process gets"
          + " no end of file"),
  CLOSE_STDIN(
      "close stdin",
      "POST /process.Process/CloseStdin",
      IF_UNSENT,
      "the error says that the outcome is unknown"),
  PROBE("probe", "GET /health", IF_LOST, "the error says that the sandbox does not respond"),

  STAT("stat", "POST /filesystem.Filesystem/Stat", IF_LOST, ""),
  LIST_DIRECTORY("list", "POST /filesystem.Filesystem/ListDir", IF_LOST, ""),
  MAKE_DIRECTORY(
      "make directory",
      "POST /filesystem.Filesystem/MakeDir",
      IF_LOST,
      "after a repetition `makeDirectory` may report that it existed"),
  MOVE(
      "move",
      "POST /filesystem.Filesystem/Move",
      IF_UNSENT,
      "the error says that the outcome is unknown; an atomic write checks the file"),
  DELETE("delete", "POST /filesystem.Filesystem/Remove", IF_LOST, ""),
  WATCH(
      "watch",
      "POST /filesystem.Filesystem/WatchDir",
      IF_LOST,
      "a watch that was open is reopened, six times at most, and reports a gap"),
  READ(
      "read",
      "GET /files",
      IF_LOST,
      "after the first byte it is resumed, three times in a row without 1 MiB of progress, if the"
          + " file is certain to be unchanged; otherwise it fails, and the target of a download is"
          + " unchanged"),
  WRITE(
      "write",
      "POST /files",
      IF_UNSENT,
      "the error says that the file may contain a part; `atomic()`, `uploadInParts` and"
          + " `uploadDirectory` delete what they wrote beside it"),
  ASK_FOR_JOINING(
      "write",
      "POST /files/compose",
      IF_LOST,
      "joins nothing: checks whether the sandbox supports it"),
  JOIN("write", "POST /files/compose", IF_UNSENT, "the parts are deleted"),

  RUN_CODE(
      "run code",
      "POST /execute",
      IF_UNSENT,
      "the error contains what had arrived, and says that the code may have run; losing the"
          + " connection interrupts it"),
  CREATE_CONTEXT(
      "create context",
      "POST /contexts",
      IF_UNSENT,
      "the error says that the outcome is unknown; `contexts()` has it then"),
  LIST_CONTEXTS("list contexts", "GET /contexts", IF_LOST, ""),
  RESTART_CONTEXT(
      "restart context",
      "POST /contexts/{id}/restart",
      IF_UNSENT,
      "the error says that the outcome is unknown"),
  DELETE_CONTEXT(
      "delete context",
      "DELETE /contexts/{id}",
      IF_LOST,
      "after a repetition `delete` may say that there was none");

  /** The header in which the control plane says whether the same request may be retried. */
  public static final String REPEAT_HEADER = "Should-Retry";

  // Immutable, but Error Prone cannot see that from this module.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Rule rule;

  E2bCall(String verb, String route, Repetition repetition, String afterwards) {
    rule = new Rule(verb, route, repetition, afterwards);
  }

  @Override
  public boolean isRepeatedAfter(HttpResponse answer) {
    String word = answer.header(REPEAT_HEADER);
    if (word == null || answer.status() < 400) {
      return ApiCall.super.isRepeatedAfter(answer);
    }
    return rule.repetition() == IF_LOST_OR_REFUSED && word.strip().equalsIgnoreCase("true");
  }

  @Override
  public boolean isRepeatedBySender() {
    return this == CREATE;
  }

  @Override
  public Rule rule() {
    return rule;
  }
}
