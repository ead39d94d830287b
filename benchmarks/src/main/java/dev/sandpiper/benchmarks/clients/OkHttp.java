package dev.sandpiper.benchmarks.clients;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;

/** The floor above the socket: OkHttp reads the body, and nobody looks at it. */
final class OkHttp {
  private final OkHttpClient client = new OkHttpClient();
  private final String server;

  OkHttp(String server) {
    this.server = server;
  }

  private Response send(String path, String type, String body) throws IOException {
    MediaType media = requireNonNull(MediaType.parse(type));
    RequestBody sent =
        RequestBody.create(body.getBytes(java.nio.charset.StandardCharsets.US_ASCII), media);
    return client.newCall(new Request.Builder().url(server + path).post(sent).build()).execute();
  }

  void discard(String path, String type, String body) throws IOException {
    try (Response response = send(path, type, body)) {
      BufferedSource source = response.body().source();
      while (!source.exhausted()) source.skip(source.getBuffer().size());
    }
  }

  void call(int times, String path, String type, String body) throws IOException {
    for (int i = 0; i < times; i++) {
      try (Response response = send(path, type, body)) {
        response.body().bytes();
      }
    }
  }

  void close() {
    client.connectionPool().evictAll();
    client.dispatcher().executorService().shutdown();
  }
}
