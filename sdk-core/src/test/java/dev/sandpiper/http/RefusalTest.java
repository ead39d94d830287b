package dev.sandpiper.http;

import static dev.sandpiper.http.TestCall.harmless;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.RetryOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the peer says that it has not looked at goes again; nothing else does. */
@Timeout(30)
class RefusalTest {
  private final Client client = Client.http2();

  @AfterEach
  void nothingIsLeft() {
    client.close();
  }

  @Test
  void refusedStreamGoesAgain() throws Exception {
    try (Http2Peer peer = new Http2Peer(100, RefusalTest::refuseTheFirst)) {
      assertThat(answerTo(post(peer))).isEqualTo("ok");
      assertThat(peer.requests()).hasSize(2);
    }
  }

  @Test
  void goAwayBelowOurStreamMeansThatItGoesAgainElsewhere() throws Exception {
    try (Http2Peer peer =
        new Http2Peer(
            100,
            request -> {
              if (request.isFirst()) {
                request.goAway(0);
              } else {
                request.answer("ok");
              }
            })) {
      assertThat(answerTo(post(peer))).isEqualTo("ok");
      assertThat(peer.requests()).hasSize(2);
      assertThat(peer.connections()).isEqualTo(2);
    }
  }

  @Test
  void goAwayAtOurStreamLetsItGetItsAnswer() throws Exception {
    try (Http2Peer peer =
        new Http2Peer(
            100,
            request -> {
              request.goAway(request.stream());
              request.answer("ok");
            })) {
      assertThat(answerTo(post(peer))).isEqualTo("ok");
      assertThat(answerTo(post(peer))).isEqualTo("ok");
      assertThat(peer.requests()).hasSize(2);
      assertThat(peer.connections()).isEqualTo(2);
    }
  }

  @Test
  void goAwayAndHangingUpWithoutAnAnswerIsALostConnection() throws Exception {
    try (Http2Peer peer =
        new Http2Peer(
            100,
            request -> {
              request.goAway(request.stream());
              request.hangUp();
            })) {
      assertThat(lost(post(peer)).retryable()).isFalse();
      assertThat(peer.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Http2Peer.PROTOCOL_ERROR, Http2Peer.INTERNAL_ERROR, Http2Peer.CANCEL})
  void anyOtherResetIsALostConnectionAndNotRepeated(int error) throws Exception {
    try (Http2Peer peer = new Http2Peer(100, request -> request.reset(error))) {
      ConnectionLostException e = lost(post(peer));

      assertThat(e).hasMessage("test it: the connection closed before a response arrived");
      assertThat(e.retryable()).isFalse();
      assertThat(peer.requests()).hasSize(1);
    }
  }

  @Test
  void connectionThatEndsIsLostAndNotRepeated() throws Exception {
    try (Http2Peer peer = new Http2Peer(100, Http2Peer.Request::hangUp)) {
      assertThat(lost(post(peer)).retryable()).isFalse();
      assertThat(peer.requests()).hasSize(1);
    }
  }

  @Test
  void refusalsHaveAnEnd() throws Exception {
    RetryOptions hurried = RetryOptions.standard().firstPause(Duration.ZERO);
    for (RetryOptions options : List.of(hurried, hurried.attempts(1))) {
      try (Http2Peer peer = new Http2Peer(100, request -> request.reset(Http2Peer.REFUSED_STREAM));
          ClientResources other = http2(options)) {
        HttpRequest request = post(peer);
        ConnectionLostException e =
            catchThrowableOfType(
                ConnectionLostException.class, () -> other.transport().send(request));

        assertThat(e).hasMessageContaining("refused the request before processing it");
        assertThat(e.retryable()).isTrue();
        assertThat(peer.requests()).hasSize(options.attempts() == 1 ? 1 : 10);
      }
    }
  }

  private static ClientResources http2(RetryOptions options) {
    Protocols http2 = Protocols.all(HttpVersion.HTTP_2);
    return new ClientResources(null, null, Limits.standard(), http2, options, Time.system());
  }

  @Test
  void aPeerThatRefusesForSecondsIsOutlasted() throws Exception {
    AtomicInteger refused = new AtomicInteger();
    try (Http2Peer peer =
        new Http2Peer(
            100,
            request -> {
              if (refused.incrementAndGet() <= 7) {
                request.reset(Http2Peer.REFUSED_STREAM);
              } else {
                request.answer("ok");
              }
            })) {
      assertThat(answerTo(post(peer))).isEqualTo("ok");
      assertThat(peer.requests()).hasSize(8);
    }
  }

  @Test
  void whatCanBeReadOnlyOnceIsNotRepeatedOnceItWasRead() throws Exception {
    Content once = Content.of(new ByteArrayInputStream("hello".getBytes(UTF_8)));
    try (Http2Peer peer = new Http2Peer(100, RefusalTest::refuseTheFirst)) {
      ConnectionLostException e =
          lost(
              harmless(
                  Client.request("POST", peer.url()).withBody(HttpBody.of("text/plain", once))));

      assertThat(e).hasMessageContaining("can be read only once");
      assertThat(e.retryable()).isFalse();
      assertThat(peer.requests()).hasSize(1);
    }
  }

  @Test
  void refusalAfterTheHeadOfAnAnswerIsABrokenAnswer() throws Exception {
    try (Http2Peer peer =
        new Http2Peer(
            100,
            request -> {
              request.head();
              request.reset(Http2Peer.REFUSED_STREAM);
            })) {
      IOException e = catchThrowableOfType(IOException.class, () -> answerTo(post(peer)));

      assertThat(e).isNotNull();
      assertThat(peer.requests()).hasSize(1);
    }
  }

  private static void refuseTheFirst(Http2Peer.Request request) throws IOException {
    if (request.isFirst()) {
      request.reset(Http2Peer.REFUSED_STREAM);
    } else {
      request.answer("ok");
    }
  }

  private static HttpRequest post(Http2Peer peer) {
    return Client.request("POST", peer.url())
        .withBody(HttpBody.of("text/plain", "hello".getBytes(UTF_8)));
  }

  private String answerTo(HttpRequest request) throws IOException {
    try (HttpResponse response = client.send(request)) {
      return new String(response.readAll(10), UTF_8);
    }
  }

  private ConnectionLostException lost(HttpRequest request) {
    ConnectionLostException e =
        catchThrowableOfType(ConnectionLostException.class, () -> client.send(request));
    assertThat(e).isNotNull();
    return e;
  }
}
