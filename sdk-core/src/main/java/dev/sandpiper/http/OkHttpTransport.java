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
  private final Limits standard;
  private final CallWatch watch;

  OkHttpTransport(OkHttpClient client, Limits standard, CallWatch watch) {
    this.client = client;
    this.standard = standard;
    this.watch = watch;
  }

  @Override
  public HttpResponse send(HttpRequest request) {
    Limits limits = request.limits(standard);
    CallErrors errors = new CallErrors(request, limits);
    WatchedCall watched = new WatchedCall();
    if (Thread.currentThread().isInterrupted()) {
      throw errors.stopped(new WatchedCall.Stop.Interrupted());
    }
    Call call = client.newCall(okHttpRequest(request, watched, limits));
    watched.begin(call);
    watch.add(watched);
    watched.enter(Limit.RESPONSE, limits.response());
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

  private Request okHttpRequest(HttpRequest request, WatchedCall watched, Limits limits) {
    return new Request.Builder()
        .url(request.url())
        .headers(request.headers())
        .method(request.method(), okHttpBody(request, watched, limits))
        .tag(WatchedCall.class, watched)
        .build();
  }

  private @Nullable RequestBody okHttpBody(
      HttpRequest request, WatchedCall watched, Limits limits) {
    HttpBody body = request.body();
    if (body != null) {
      return new WatchedBody(body, watched, limits.response());
    }
    return request.method().equals("POST") ? NO_CONTENT : null;
  }
}
