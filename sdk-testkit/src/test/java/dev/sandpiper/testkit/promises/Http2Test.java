package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.Endpoint;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.Process;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.testkit.e2b.E2bServer;
import dev.sandpiper.testkit.e2b.sandbox.ServerOptions;
import dev.sandpiper.testkit.http.Listening;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The embedded server on HTTP/2, in the clear and over TLS. */
class Http2Test {
  private final ConnectionPool pool = new ConnectionPool();
  private final Set<Protocol> spoken = ConcurrentHashMap.newKeySet();
  private final OkHttpClient okHttp =
      new OkHttpClient.Builder()
          .connectionPool(pool)
          .addNetworkInterceptor(
              chain -> {
                Response response = chain.proceed(chain.request());
                spoken.add(response.protocol());
                return response;
              })
          .build();

  @AfterEach
  void nothingIsLeft() {
    pool.evictAll();
    Leftovers.awaitNone("threads", Leftovers::threads);
  }

  @Test
  void killingOneSandboxBreaksItsStreamAndNotItsNeighbours() throws Exception {
    try (E2bServer server = inTheClear();
        E2bClient client = client(server, HttpVersion.HTTP_2, okHttp);
        E2bSandbox killed = client.create(SandboxSpec.standard());
        E2bSandbox kept = client.create(SandboxSpec.standard());
        Process lost = killed.processes().start(Command.shell("sleep 60"));
        Process goesOn =
            kept.processes()
                .start(Command.shell("while [ ! -e go ]; do sleep 0.05; done; exit 7"))) {
      assertThat(pool.connectionCount()).isEqualTo(2); // control plane and edge
      killed.kill();

      assertThatThrownBy(lost::waitFor).isInstanceOf(SandboxException.class);
      kept.shell("touch go").orThrow();
      assertThat(goesOn.waitFor()).isEqualTo(new ExitStatus.Exited(7));
      assertThat(pool.connectionCount()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"AUTOMATIC, HTTP_2", "HTTP_2, HTTP_2", "HTTP_1_1, HTTP_1_1"})
  void overTlsTheVersionIsAgreedUpon(HttpVersion asked, Protocol agreed) throws Exception {
    HeldCertificate certificate =
        new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
    HandshakeCertificates keys =
        new HandshakeCertificates.Builder()
            .heldCertificate(certificate)
            .addTrustedCertificate(certificate.certificate())
            .build();
    OkHttpClient trusting =
        okHttp.newBuilder().sslSocketFactory(keys.sslSocketFactory(), keys.trustManager()).build();
    Listening listening = Listening.inTheClear().withTls(keys.sslContext());
    try (E2bServer server = E2bServer.start(ServerOptions.of(Set.of("base")), listening);
        E2bClient client = client(server, asked, trusting);
        E2bSandbox sandbox = client.create(SandboxSpec.standard())) {
      assertThat(sandbox.shell("echo hello").orThrow().stdout().text()).isEqualTo("hello\n");
      assertThat(spoken).containsExactly(agreed);
    }
  }

  @Test
  void inTheClearHttp1AndHttp2AreSpokenOnOnePort() throws Exception {
    try (E2bServer server = inTheClear();
        E2bClient first = client(server, HttpVersion.AUTOMATIC, okHttp);
        E2bSandbox sandbox = first.create(SandboxSpec.standard());
        E2bClient second = client(server, HttpVersion.HTTP_2, okHttp)) {
      assertThat(sandbox.exec("true").exit().isSuccess()).isTrue();
      assertThat(spoken).containsExactly(Protocol.HTTP_1_1);
      assertThat(second.connect(sandbox.id()).exec("true").exit().isSuccess()).isTrue();
      assertThat(spoken).contains(Protocol.H2_PRIOR_KNOWLEDGE);
    }
  }

  @Test
  void aForeignHostIsRefusedOnHttp2Too() throws Exception {
    OkHttpClient misled =
        priorKnowledge()
            .newBuilder()
            .dns(name -> List.of(InetAddress.getLoopbackAddress()))
            .build();
    try (E2bServer server = inTheClear()) {
      String url = environment(server, "E2B_API_URL") + "/health";
      assertThat(status(misled, new Request.Builder().url(url))).isEqualTo(200);
      String foreign = url.replace("127.0.0.1", "evil.example");
      assertThat(status(misled, new Request.Builder().url(foreign))).isEqualTo(403);
      assertThat(
              status(
                  misled, new Request.Builder().url(url).header("Origin", "https://evil.example")))
          .isEqualTo(403);
    }
  }

  @Test
  void aPortIsForwardedWithAndWithoutABody() throws Exception {
    try (E2bServer server = inTheClear();
        E2bClient client = client(server, HttpVersion.HTTP_2, okHttp);
        E2bSandbox sandbox = client.create(SandboxSpec.standard());
        MockWebServer target = new MockWebServer()) {
      target.enqueue(new MockResponse.Builder().code(201).build());
      target.enqueue(new MockResponse.Builder().code(202).build());
      target.start();
      Endpoint endpoint = sandbox.endpoint(target.getPort());

      assertThat(status(priorKnowledge(), to(endpoint))).isEqualTo(201);
      assertThat(status(priorKnowledge(), to(endpoint).post(RequestBody.create(new byte[3]))))
          .isEqualTo(202);
      RecordedRequest get = target.takeRequest();
      assertThat(get.getHeaders().get("Transfer-Encoding")).isNull();
      assertThat(get.getBody()).isNull();
      assertThat(String.valueOf(target.takeRequest().getBody())).contains("hex=000000");
    }
  }

  private static Request.Builder to(Endpoint endpoint) {
    Request.Builder request = new Request.Builder().url(endpoint.uri().toString());
    endpoint.headers().forEach(request::header);
    return request;
  }

  private OkHttpClient priorKnowledge() {
    return okHttp.newBuilder().protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)).build();
  }

  private static int status(OkHttpClient client, Request.Builder request) throws Exception {
    try (Response response = client.newCall(request.build()).execute()) {
      return response.code();
    }
  }

  private static E2bServer inTheClear() throws Exception {
    return E2bServer.start(ServerOptions.of(Set.of("base")), Listening.inTheClear());
  }

  private static String environment(E2bServer server, String name) {
    return String.valueOf(server.environment().get(name));
  }

  private static E2bClient client(E2bServer server, HttpVersion version, OkHttpClient okHttp) {
    return E2bClient.builder()
        .environment(server.environment())
        .httpVersion(version)
        .httpClient(okHttp)
        .build();
  }
}
