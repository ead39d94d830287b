package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A failure of one call's check does not affect the others. */
@Timeout(20)
class CallWatchTest {
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n";

  @Test
  void listenerThatThrowsWhenACallIsCancelledEndsNoOtherLimit() throws Exception {
    AtomicInteger thrown = new AtomicInteger();
    EventListener listener =
        new EventListener() {
          @Override
          public void canceled(Call call) {
            thrown.incrementAndGet();
            throw new IllegalStateException("a bug of the caller");
          }
        };
    Limits limits = Limits.standard().withResponse(SHORT);
    try (WirePeer peer = new WirePeer(WirePeer.Connection::readRest);
        Client client = Client.of(limits, callers -> callers.eventListener(listener))) {
      for (int call = 1; call <= 3; call++) {
        assertThrows(DeadlineExceededException.class, () -> client.get(peer.url("/")));
        int calls = call;
        Patience.until("the listener has thrown", () -> thrown.get() >= calls);
      }
    }
  }

  @Test
  void aCallAfterTheClientWasClosedSaysSo() {
    Client client = new Client(Limits.standard());
    client.close();
    CancelledException closed =
        assertThrows(
            CancelledException.class, () -> client.get(HttpUrl.get("http://127.0.0.1:1/")));
    assertThat(closed).hasMessageContaining(": the client was closed");
  }

  @Test
  void limitOfAllTimeEndsNoOtherLimit() throws Exception {
    Duration forever = ChronoUnit.FOREVER.getDuration();
    Limits limits = new Limits(forever, forever, forever);
    try (WirePeer peer =
            new WirePeer(
                connection -> {
                  connection.readHead();
                  connection.send(HEAD);
                  connection.readRest();
                });
        Client client = new Client(limits);
        HttpResponse endless = client.get(peer.url("/"))) {
      Caller reader = Caller.start(() -> endless.readAll(10)).blockedIn("java.net.Socket");
      HttpRequest short1 = Client.request("GET", peer.url("/")).within(SHORT);
      try (HttpResponse response = client.send(short1)) {
        assertThrows(DeadlineExceededException.class, () -> response.readAll(10));
      }
      endless.cancel();
      assertThat(reader.failureWithin(2_000)).isNotNull();
    }
  }
}
