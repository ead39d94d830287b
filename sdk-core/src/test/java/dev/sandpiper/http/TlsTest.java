package dev.sandpiper.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.HttpVersion;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that offers what a test says, under a certificate for all names below {@code test}. */
@Timeout(20)
class TlsTest {
  private static final int REQUESTS = 20;

  private final HeldCertificate certificate =
      new HeldCertificate.Builder().addSubjectAlternativeName("*.sandbox.test").build();
  private final ConnectionPool pool = new ConnectionPool(REQUESTS, 1, TimeUnit.MINUTES);
  private final MockWebServer server = new MockWebServer();
  private final CountDownLatch arrived = new CountDownLatch(REQUESTS);

  @BeforeEach
  void show() {
    server.useHttps(
        new HandshakeCertificates.Builder()
            .heldCertificate(certificate)
            .build()
            .sslSocketFactory());
    server.setDispatcher(new HeadAndName());
  }

  @AfterEach
  void nothingIsLeft() {
    pool.evictAll();
    server.close();
  }

  @Test
  void http2IsAgreedUponByDefault() throws Exception {
    server.start();
    try (ClientResources client = client(Protocols.standard())) {
      assertThat(version(client, host(1))).isEqualTo("HTTP/2");
    }
  }

  @Test
  void http1CanBeChosen() throws Exception {
    server.start();
    try (ClientResources client = client(Protocols.all(HttpVersion.HTTP_1_1))) {
      assertThat(version(client, host(1))).isEqualTo("HTTP/1.1");
    }
  }

  @Test
  void http1CanBeChosenForProcessStreamsAlone() throws Exception {
    server.start();
    Protocols mixed = new Protocols(HttpVersion.AUTOMATIC, HttpVersion.HTTP_1_1);
    try (ClientResources client = client(mixed)) {
      assertThat(version(client, host(1))).isEqualTo("HTTP/2");
      assertThat(version(client, host(1).asProcessStream())).isEqualTo("HTTP/1.1");
    }
  }

  @Test
  void serverThatKnowsOnlyHttp1IsSpokenToInThat() throws Exception {
    server.setProtocols(List.of(Protocol.HTTP_1_1));
    server.start();
    try (ClientResources client = client(Protocols.all(HttpVersion.HTTP_2))) {
      assertThat(version(client, host(1))).isEqualTo("HTTP/1.1");
    }
  }

  /** No answer begins before all requests have arrived: one after the other would not end. */
  @Test
  void requestsToAnHttp1ServerAreAllOnTheirWayAtOnce() throws Exception {
    server.setProtocols(List.of(Protocol.HTTP_1_1));
    server.setDispatcher(new WhenAllAreThere());
    server.start();
    try (ClientResources client = client(Protocols.standard())) {
      assertThat(all(client, false)).containsOnly("HTTP/1.1").hasSize(REQUESTS);
      assertThat(pool.connectionCount()).isEqualTo(REQUESTS);
    }
  }

  @Test
  void hostsBehindOneCertificateShareAConnection() throws Exception {
    server.start();
    try (ClientResources client = client(Protocols.standard())) {
      assertThat(all(client, true)).containsOnly("HTTP/2").hasSize(REQUESTS);
      assertThat(pool.connectionCount()).isEqualTo(1);
    }
  }

  private List<String> all(ClientResources client, boolean ownHosts) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(REQUESTS);
    try {
      List<Future<String>> futures = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        HttpRequest request = host(ownHosts ? i : 0);
        futures.add(threads.submit(() -> version(client, request)));
      }
      List<String> versions = new ArrayList<>();
      for (Future<String> future : futures) {
        versions.add(future.get(10, TimeUnit.SECONDS));
      }
      return versions;
    } finally {
      threads.shutdownNow();
    }
  }

  private static String version(ClientResources client, HttpRequest request) throws Exception {
    try (HttpResponse response = client.transport().send(request)) {
      return new String(response.readAll(100), UTF_8);
    }
  }

  private HttpRequest host(int number) {
    HttpUrl url =
        new HttpUrl.Builder()
            .scheme("https")
            .host("s" + number + ".sandbox.test")
            .port(server.getPort())
            .build();
    return Client.request("GET", url);
  }

  private ClientResources client(Protocols protocols) {
    HandshakeCertificates trust =
        new HandshakeCertificates.Builder()
            .addTrustedCertificate(certificate.certificate())
            .build();
    OkHttpClient okHttp =
        new OkHttpClient.Builder()
            .connectionPool(pool)
            .dns(name -> List.of(InetAddress.getLoopbackAddress()))
            .sslSocketFactory(trust.sslSocketFactory(), trust.trustManager())
            .build();
    return new ClientResources(okHttp, null, Limits.standard(), protocols);
  }

  private static String versionOf(RecordedRequest request) {
    String line = request.getRequestLine();
    return line.endsWith("HTTP/1.1") ? "HTTP/1.1" : "HTTP/2";
  }

  private static final class HeadAndName extends Dispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) {
      return new MockResponse.Builder().body(versionOf(request)).build();
    }
  }

  private final class WhenAllAreThere extends Dispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
      arrived.countDown();
      arrived.await();
      return new MockResponse.Builder().body(versionOf(request)).build();
    }
  }
}
