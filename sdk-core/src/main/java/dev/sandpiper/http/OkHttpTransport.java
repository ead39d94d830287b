package dev.sandpiper.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Set;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The innermost transport: sends a request with OkHttp. Runs on the caller's thread and does not
 * use OkHttp's dispatcher.
 *
 * @param owner closed when it is collected; referenced here so that this does not happen while
 *     requests can be sent or a response is open
 */
record OkHttpTransport(
    OkHttpClients clients, Limits standard, CallWatch watch, Time time, Object owner)
    implements HttpTransport {
  private static final String ACCEPT_ENCODING = "Accept-Encoding";
  private static final Set<String> NEEDS_BODY = Set.of("POST", "PUT", "PATCH");
  private static final RequestBody NO_CONTENT = RequestBody.create(new byte[0]);

  @Override
  public HttpResponse send(HttpRequest request) {
    Limits limits = request.limits(standard);
    CallErrors errors = new CallErrors(request, limits);
    WatchedCall watched = new WatchedCall(limits, request.scope(), time);
    watch.add(watched);
    watched.connecting();
    boolean answered = false;
    try {
      watched.check(time.nanos());
      Response response = connectAndSend(request, watched);
      answered = true;
      return new HttpResponse(request, response, watched, errors, () -> unwatch(watched));
    } catch (IOException e) {
      watched.noteInterrupt(e);
      throw errors.failed(e, watched);
    } catch (RuntimeException | Error e) {
      if (watched.isContentFailure(e)) {
        throw e;
      }
      throw errors.foreign(e, watched);
    } finally {
      watched.exit();
      if (!answered) {
        unwatch(watched);
      }
    }
  }

  private void unwatch(WatchedCall call) {
    watch.remove(call);
    call.leaveScope();
  }

  /** Tries again until the call acquires a connection that it may use. */
  private Response connectAndSend(HttpRequest request, WatchedCall watched) throws IOException {
    Request okHttpRequest = okHttpRequest(request, watched);
    while (true) {
      if (watched.stopped() != null) {
        throw new IOException("stopped before anything was sent");
      }
      Call call = clients.clientFor(request).newCall(okHttpRequest);
      watched.begin(call);
      try {
        return execute(call);
      } catch (CrowdedException e) {
        e.usable().await(watched);
      }
    }
  }

  /** OkHttp throws an undeclared {@code InterruptedException} if interrupted while it connects. */
  private static Response execute(Call call) throws IOException {
    try {
      return call.execute();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  private static Request okHttpRequest(HttpRequest request, WatchedCall watched) {
    return new Request.Builder()
        .url(request.url())
        .headers(headers(request))
        .method(request.method(), okHttpBody(request, watched))
        .tag(WatchedCall.class, watched)
        .build();
  }

  /**
   * Always sets Accept-Encoding: without it OkHttp requests gzip and decompresses it transparently,
   * without a bound.
   */
  private static Headers headers(HttpRequest request) {
    Headers headers = request.headers();
    return headers.get(ACCEPT_ENCODING) != null
        ? headers
        : headers.newBuilder().set(ACCEPT_ENCODING, "identity").build();
  }

  private static @Nullable RequestBody okHttpBody(HttpRequest request, WatchedCall watched) {
    HttpBody body = request.body();
    if (body != null) {
      return new WatchedBody(body, watched);
    }
    return NEEDS_BODY.contains(request.method()) ? NO_CONTENT : null;
  }
}
