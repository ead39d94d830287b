package dev.sandpiper.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.HttpVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many requests at once over HTTP/2. None may be repeated by who sends them. */
@Timeout(60)
class FanOutTest {
  private static final int REQUESTS = Boolean.getBoolean("sandpiper.exhaustive") ? 300 : 100;

  /** The last of many connections, one opened after the other, has no limit here. */
  private final Client client =
      new Client(Limits.standard().withConnect(Duration.ZERO), Protocols.all(HttpVersion.HTTP_2));

  @AfterEach
  void nothingIsLeft() {
    client.close();
  }

  /** All wait for the last one to arrive, so that all streams are open at a time. */
  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100})
  void coldRequestsThatAllStayOpenArriveOnceEach(int streamLimit) throws Exception {
    try (Http2Peer peer = new Http2Peer(streamLimit, FanOutTest::headNowAndBodyWhenAllAreThere)) {
      allAtOnce(peer);

      assertThat(peer.requests()).hasSize(REQUESTS);
      assertNoMoreConnectionsThanNeeded(peer, streamLimit);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100})
  void warmRequestsThatAllStayOpenArriveOnceEach(int streamLimit) throws Exception {
    try (Http2Peer peer = new Http2Peer(streamLimit, FanOutTest::firstAloneThenWhenAllAreThere)) {
      post(peer);
      allAtOnce(peer);

      assertThat(peer.requests()).hasSize(1 + REQUESTS);
      assertNoMoreConnectionsThanNeeded(peer, streamLimit);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100})
  void shortRequestsShareConnections(int streamLimit) throws Exception {
    try (Http2Peer peer = new Http2Peer(streamLimit, request -> request.answer("ok"))) {
      allAtOnce(peer);

      assertThat(peer.requests()).hasSize(REQUESTS);
      assertThat(peer.connections()).isLessThanOrEqualTo(most(streamLimit));
    }
  }

  private static void assertNoMoreConnectionsThanNeeded(Http2Peer peer, int streamLimit) {
    assertThat(peer.connections()).isBetween(REQUESTS / streamLimit, most(streamLimit));
  }

  /**
   * How fast OkHttp applies a limit that it has read is not ours to decide, so some may have been
   * refused, and have opened a connection when they came again.
   */
  private static int most(int streamLimit) {
    int needed = REQUESTS / streamLimit;
    return needed + Math.max(1, needed / 2);
  }

  private static void headNowAndBodyWhenAllAreThere(Http2Peer.Request request) throws IOException {
    request.head();
    if (request.all().size() == REQUESTS) {
      for (Http2Peer.Request waiting : request.all()) {
        waiting.body("ok");
      }
    }
  }

  private static void firstAloneThenWhenAllAreThere(Http2Peer.Request request) throws IOException {
    List<Http2Peer.Request> all = request.all();
    if (all.get(0) == request) {
      request.answer("ok");
      return;
    }
    request.head();
    if (all.size() == 1 + REQUESTS) {
      for (Http2Peer.Request waiting : all.subList(1, all.size())) {
        waiting.body("ok");
      }
    }
  }

  private void post(Http2Peer peer) throws IOException {
    HttpRequest request =
        Client.request("POST", peer.url())
            .withBody(HttpBody.of("text/plain", "hello".getBytes(UTF_8)));
    try (HttpResponse response = client.send(request)) {
      assertThat(response.readAll(10)).asString(UTF_8).isEqualTo("ok");
    }
  }

  private void allAtOnce(Http2Peer peer) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(REQUESTS);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        all.add(
            threads.submit(
                () -> {
                  go.await();
                  post(peer);
                  return null;
                }));
      }
      go.countDown();
      for (Future<?> one : all) {
        one.get(30, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
