package dev.sandpiper.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;

/**
 * Gives the same answer to every request. The answer is written as on the wire, but for its first
 * line, which is the status alone; lines end in a line feed.
 */
public final class CannedTransport implements HttpTransport {
  private final int status;
  private final Headers headers;
  private final byte[] body;

  public CannedTransport(byte[] answer) {
    String all = new String(answer, ISO_8859_1);
    int end = all.indexOf("\n\n");
    String[] head = (end < 0 ? all : all.substring(0, end)).split("\n", -1);
    status = head[0].matches("[2-5][0-9][0-9]") ? Integer.parseInt(head[0]) : 200;
    headers = headers(head);
    body = end < 0 ? new byte[0] : Arrays.copyOfRange(answer, end + 2, answer.length);
  }

  /** As lenient as OkHttp's reader of answers, which takes any value and no empty name. */
  private static Headers headers(String[] head) {
    Headers.Builder headers = new Headers.Builder();
    for (int i = 1; i < head.length; i++) {
      int colon = head[i].indexOf(':');
      if (colon > 0 && head[i].substring(0, colon).matches("[!-~]+")) {
        headers.addUnsafeNonAscii(head[i].substring(0, colon), head[i].substring(colon + 1).trim());
      }
    }
    return headers.build();
  }

  @Override
  public HttpResponse send(HttpRequest request) {
    Limits limits = Limits.standard();
    WatchedCall call = new WatchedCall(limits, CallScope.open(), Time.system());
    String retryAfter = headers.get("Retry-After");
    if (retryAfter != null) {
      call.keepRetryAfter(retryAfter);
    }
    Response response =
        new Response.Builder()
            .request(new Request.Builder().url(request.url()).build())
            .protocol(Protocol.HTTP_1_1)
            .code(status)
            .message("")
            .headers(headers)
            .body(ResponseBody.create(body, MediaType.parse("a/b")))
            .build();
    return new HttpResponse(
        request, response, call, new CallErrors(request, limits), () -> call.leaveScope());
  }
}
