package dev.sandpiper.blaxel.server;

import static dev.sandpiper.http.ApiCall.Repetition.IF_LOST;
import static dev.sandpiper.http.ApiCall.Repetition.IF_LOST_OR_REFUSED;
import static dev.sandpiper.http.ApiCall.Repetition.IF_UNSENT;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.http.ApiCall;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.Routes;
import java.net.URLEncoder;
import okhttp3.HttpUrl;

/** The calls to Blaxel. */
public enum BlaxelCall implements ApiCall {
  AUTHENTICATE("authenticate", "POST /oauth/token", IF_LOST_OR_REFUSED, ""),
  CREATE(
      "create",
      "POST /sandboxes",
      IF_UNSENT,
      "searched for by its name or external id, 120 s after a 504, otherwise 10 s; found with our"
          + " nonce: adopted, or deleted if the caller gave up. After a `409` for a sandbox of"
          + " that name that is being deleted, it is repeated for 30 s"),
  INFO("info", "GET /sandboxes/{name}", IF_LOST_OR_REFUSED, ""),
  LIST_SANDBOXES("list", "GET /sandboxes", IF_LOST_OR_REFUSED, ""),
  REPLACE(
      "update metadata of",
      "PUT /sandboxes/{name}",
      IF_LOST_OR_REFUSED,
      "`expireIn` and `removeTimeToLive` too; the same record is written each time"),
  KILL("kill", "DELETE /sandboxes/{name}", IF_LOST_OR_REFUSED, ""),
  PREVIEW("preview", "GET /sandboxes/{name}/previews/{preview}", IF_LOST_OR_REFUSED, ""),
  ADD_PREVIEW(
      "preview",
      "POST /sandboxes/{name}/previews",
      IF_UNSENT,
      "the next call finds it; after a `409` it is searched for at once"),
  ADD_TOKEN(
      "preview",
      "POST /sandboxes/{name}/previews/{preview}/tokens",
      IF_UNSENT,
      "an unused token may be left until it expires"),

  START(
      "start",
      "POST /process",
      IF_UNSENT,
      "the process is searched for by the name that we gave it, twice; found: adopted, with all its"
          + " output on the default route and a gap on the streamed one. A name of the caller's is not"
          + " adopted: the error says that the outcome is unknown"),
  RUN_SCRIPT(
      "signal",
      "POST /process",
      IF_UNSENT,
      "a script of ours, here and for `find perl, python3 or bash in`; the process's record is"
          + " read first, and the fallback for `TERM` and `KILL` is the platform's own call"),
  FIND("follow", "GET /process/{name}", IF_LOST, ""),
  LIST_PROCESSES("list", "GET /process", IF_LOST, ""),
  STOP("stop", "DELETE /process/{name}", IF_UNSENT, "only the fallback of a script"),
  KILL_PROCESS("kill", "DELETE /process/{name}/kill", IF_UNSENT, "only the fallback of a script"),
  HEALTH("follow", "GET /health", IF_LOST, ""),

  READ(
      "read",
      "GET /filesystem/{path}",
      IF_LOST,
      "after the first byte it is resumed, three times in a row without 1 MiB of progress, if the"
          + " file is certain to be unchanged; otherwise it fails, and the target of a download is"
          + " unchanged"),
  READ_OUTPUT(
      "follow",
      "GET /filesystem/{path}",
      IF_LOST,
      "repeated while the sandbox is unreachable, 60 s at most, also if the part is shorter than"
          + " announced or of another range; then `ConnectionLostException` with the reference"),
  WATCH_OUTPUT(
      "follow",
      "GET /watch/filesystem/{path}",
      IF_UNSENT,
      "reopened while the process is followed: it is only a hint, listings find what it missed"),
  WRITE_INPUT(
      "follow",
      "PUT /filesystem/{path}",
      IF_UNSENT,
      "standard input, whose error says `write stdin`: up to three times, each time into"
          + " a file of its own, of which one is used; then every later write fails"),
  MAKE_DIRECTORY("make directory", "PUT /filesystem/{path}", IF_LOST, ""),
  DELETE_ARCHIVE("delete", "DELETE /filesystem/{path}", IF_LOST, ""),
  WRITE(
      "write",
      "PUT /filesystem/{path}",
      IF_UNSENT,
      "the error says that the file may contain a part, or be gone; `atomic()` and `uploadDirectory`"
          + " delete what they wrote beside it"),
  BEGIN_UPLOAD(
      "write", "POST /filesystem-multipart/initiate/{path}", IF_UNSENT, "the file is unchanged"),
  UPLOAD_PIECE(
      "write",
      "PUT /filesystem-multipart/{upload}/part",
      IF_LOST_OR_REFUSED,
      "the upload is aborted, and the file is unchanged"),
  COMPLETE_UPLOAD(
      "write",
      "POST /filesystem-multipart/{upload}/complete",
      IF_UNSENT,
      "the upload is aborted; the error says that the file may contain a part, or be gone"),
  ABORT_UPLOAD("write", "DELETE /filesystem-multipart/{upload}/abort", IF_LOST, ""),

  RUN_CODE(
      "run code",
      "POST /port/8888/execute",
      IF_UNSENT,
      "the error contains what had arrived, and says that the code may continue; restarting the"
          + " context stops it"),
  CREATE_CONTEXT(
      "create context",
      "POST /port/8888/contexts",
      IF_UNSENT,
      "the error says that the outcome is unknown; `contexts()` has it then"),
  LIST_CONTEXTS("list contexts", "GET /port/8888/contexts", IF_LOST, ""),
  RESTART_CONTEXT(
      "restart context",
      "POST /port/8888/contexts/{id}/restart",
      IF_UNSENT,
      "the error says that the outcome is unknown"),
  DELETE_CONTEXT(
      "delete context",
      "DELETE /port/8888/contexts/{id}",
      IF_LOST,
      "after a repetition `delete` may say that there was none");

  @SuppressWarnings("ImmutableEnumChecker") // immutable; not provable from this module
  private final Rule rule;

  BlaxelCall(String verb, String route, Repetition repetition, String afterwards) {
    rule = new Rule(verb, route, repetition, afterwards);
  }

  @Override
  public Rule rule() {
    return rule;
  }

  /** A request about a file, whose absolute path is the last part of the route. */
  public HttpRequest about(HttpUrl base, String subject, String absolute) {
    // Escaped as in a form, except for the space, which is a plus there, and the star.
    String segment = URLEncoder.encode(absolute, UTF_8).replace("+", "%20").replace("*", "%2A");
    HttpUrl url = Routes.of(base, this, "path");
    int last = url.pathSize() - 1;
    return HttpRequest.of(
        this, subject, url.newBuilder().setEncodedPathSegment(last, segment).build());
  }
}
