package dev.sandpiper.http;

import dev.sandpiper.DeadlineExceededException.Limit;
import java.io.IOException;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/** The transport that touches OkHttp. Runs on the caller's thread, past OkHttp's dispatcher. */
final class OkHttpTransport implements HttpTransport {
  private static final RequestBody NO_CONTENT = RequestBody.create(new byte[0]);

  private final OkHttpClient client;
  private final Limits limits;
  private final CallWatch watch;

  OkHttpTransport(OkHttpClient client, Limits limits, CallWatch watch) {
    this.client = client;
    this.limits = limits;
    this.watch = watch;
  }

  @Override
  public HttpResponse send(HttpRequest request) {
    CallErrors errors = new CallErrors(request, limits);
    WatchedCall watched = new WatchedCall();
    if (Thread.currentThread().isInterrupted()) {
      throw errors.stopped(new WatchedCall.Stop.Interrupted(), false);
    }
    Call call = client.newCall(okHttpRequest(request, watched));
    watched.begin(call);
    watch.add(watched);
    watched.enter(Limit.CONNECT, limits.connect());
    try {
      return new HttpResponse(
          request, call.execute(), watched, limits.idle(), errors, () -> watch.remove(watched));
    } catch (IOException e) {
      watch.remove(watched);
      throw errors.failed(e, watched);
    } finally {
      watched.exit();
    }
  }

  private Request okHttpRequest(HttpRequest request, WatchedCall watched) {
    return new Request.Builder()
        .url(request.url())
        .headers(request.headers())
        .method(request.method(), okHttpBody(request, watched))
        .tag(WatchedCall.class, watched)
        .build();
  }

  private @Nullable RequestBody okHttpBody(HttpRequest request, WatchedCall watched) {
    HttpBody body = request.body();
    if (body != null) {
      return new WatchedBody(body, watched, limits.response());
    }
    return request.method().equals("POST") ? NO_CONTENT : null;
  }
}
