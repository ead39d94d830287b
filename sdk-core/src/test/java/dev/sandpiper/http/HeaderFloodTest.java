package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.SandboxException;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer whose head has no end is given up, and costs no more than its sockets hold. */
@Timeout(60)
class HeaderFloodTest {
  private static final long MOST = 16 << 20; // far above the bound and the sockets' buffers

  @ParameterizedTest
  @ValueSource(strings = {"X-Flood: a\r\n", "a", "\r"})
  void anEndlessHeadIsRefused(String piece) throws Exception {
    AtomicLong sent = new AtomicLong();
    CountDownLatch refused = new CountDownLatch(1);
    String block = piece.repeat(16_384 / piece.length());
    try (WirePeer peer =
            new WirePeer(
                connection -> {
                  connection.readHead();
                  connection.send("HTTP/1.1 200 OK\r\nX-First: ");
                  try {
                    while (sent.get() < MOST) {
                      connection.send(block);
                      sent.addAndGet(block.length());
                    }
                  } catch (IOException e) {
                    refused.countDown();
                  }
                });
        Client client = Client.standard()) {
      assertThatThrownBy(() -> client.get(peer.url("/"))).isInstanceOf(SandboxException.class);
      refused.await();
      assertThat(sent).hasValueLessThan(MOST);
    }
  }
}
