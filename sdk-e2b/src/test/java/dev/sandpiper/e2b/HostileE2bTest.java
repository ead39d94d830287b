package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.Content;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WireFormatException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A control plane or a sandbox that wants to harm. Whatever it answers to whatever is asked is
 * refused as what it is; nobody else is asked or killed, and the account's key stays where it
 * belongs.
 */
@Timeout(60)
class HostileE2bTest {
  private static final int DEEP = 10_000;

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b(E2bCodec.JSON);
  private final MockWebServer hostile = new MockWebServer();
  private final MockWebServer other = new MockWebServer();

  /** What it answers to every request, of the type that was asked for. */
  enum Attack {
    MOVED(301),
    FOUND(302),
    SEE_OTHER(303),
    TEMPORARY(307),
    PERMANENT(308),
    DEEP_ARRAY(200) {
      @Override
      void fill(MockResponse.Builder response) {
        response.body("[".repeat(DEEP));
      }
    },
    DEEP_ERROR(500) {
      @Override
      void fill(MockResponse.Builder response) {
        response.body("{\"message\":".repeat(DEEP));
      }
    },
    ENDLESS_MESSAGE(200) {
      @Override
      void fill(MockResponse.Builder response) {
        response.body(new Buffer().writeInt(0x00ffffff).writeInt(-1));
      }
    },
    LENGTH_THAT_LIES(200) {
      @Override
      void fill(MockResponse.Builder response) {
        response
            .body("{}")
            .setHeader("Content-Length", "1000000")
            .onResponseEnd(new SocketEffect.CloseSocket());
      }
    },
    NEGATIVE_LENGTH(500) {
      @Override
      void fill(MockResponse.Builder response) {
        response.body("{}").setHeader("Content-Length", "-5");
        response.onResponseEnd(new SocketEffect.CloseSocket());
      }
    },
    LONG_HEADER(200) {
      @Override
      void fill(MockResponse.Builder response) {
        response.addHeader("X-Long", "a".repeat(1 << 20)).body("{}");
      }
    },
    GZIP_BOMB(500) {
      @Override
      void fill(MockResponse.Builder response) throws IOException {
        Buffer packed = new Buffer();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed.outputStream())) {
          for (int i = 0; i < 100; i++) {
            gzip.write(new byte[1 << 20]);
          }
        }
        response.addHeader("Content-Encoding", "gzip").body(packed);
      }
    };

    private final int status;

    Attack(int status) {
      this.status = status;
    }

    void fill(MockResponse.Builder response) throws IOException {}

    MockResponse answer(RecordedRequest asked, String elsewhere) throws IOException {
      String type = asked.getHeaders().get("Content-Type");
      MockResponse.Builder response =
          new MockResponse.Builder()
              .code(status)
              .addHeader("Content-Type", type == null ? "application/json" : type);
      if (status / 100 == 3) {
        response.addHeader("Location", elsewhere);
      }
      fill(response);
      return response.build();
    }
  }

  @BeforeEach
  void start() throws IOException {
    hostile.start();
    other.start();
  }

  @AfterEach
  void nobodyElseIsAsked() {
    assertThat(other.getRequestCount()).isZero();
    hostile.close();
    other.close();
  }

  private void attack(Attack attack) {
    String elsewhere = "http://user:s3cr3t@127.0.0.1:" + other.getPort() + "/";
    answerAll(request -> attack.answer(request, elsewhere));
  }

  /** An answer to a request. */
  private interface Answer {
    MockResponse to(RecordedRequest request) throws IOException;
  }

  private void answerAll(Answer answer) {
    hostile.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            try {
              return answer.to(request);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          }
        });
  }

  private void answerAll(int status, String json) {
    answerAll(request -> ScriptedE2b.json(status, json));
  }

  private List<RecordedRequest> asked() throws InterruptedException {
    List<RecordedRequest> requests = new ArrayList<>();
    RecordedRequest next;
    while ((next = hostile.takeRequest(0, TimeUnit.SECONDS)) != null) {
      requests.add(next);
    }
    assertThat(requests).isNotEmpty();
    return requests;
  }

  private String url() {
    return "http://127.0.0.1:" + hostile.getPort();
  }

  /** Of the control plane that is hostile. */
  private E2bClient client() {
    return e2b.open(e2b.builder().apiUrl(url()));
  }

  private E2bSandbox sandbox() throws Exception {
    return e2b.sandbox(e2b.open(e2b.builder().sandboxUrl(url())), "0.6.13");
  }

  /** Of a call that takes any bytes, or looks at the status alone. */
  private static void assertHarmless(Attack attack, ThrowingCallable call) {
    if (attack.status != 200 || catchThrowable(call) != null) {
      assertRefused(attack, call);
    }
  }

  private static void assertRefused(Attack attack, ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOfAny(SandboxException.class, SandboxIOException.class);
    assertThat(thrown.getMessage().length()).isLessThan(2_000);
    assertThat(thrown).hasMessageNotContaining("s3cr3t");
    if (attack.status / 100 == 3) {
      assertThat(thrown).hasMessageContaining("a redirect");
    }
  }

  private static long count(E2bClient client) {
    return client.list(SandboxFilter.all()).stream().limit(100).count();
  }

  @ParameterizedTest
  @EnumSource
  void aHostileControlPlaneIsRefused(Attack attack) throws Exception {
    E2bClient client = client();
    attack(attack);
    assertRefused(attack, () -> client.connect("isb1"));
    assertRefused(attack, () -> client.connect("isb1", Duration.ZERO));
    assertRefused(attack, () -> count(client));
    assertHarmless(attack, () -> client.kill("isb1"));
    assertRefused(attack, () -> client.create(SandboxSpec.standard()));
    assertThat(asked()).noneMatch(request -> request.getHeaders().get("X-Access-Token") != null);
  }

  @ParameterizedTest
  @EnumSource
  void aHostileSandboxIsRefusedAndNeverSeesTheAccountsKey(Attack attack) throws Exception {
    E2bSandbox sandbox = sandbox();
    attack(attack);
    E2bFilesystem files = sandbox.files();
    assertRefused(attack, () -> sandbox.exec("true"));
    assertRefused(attack, () -> sandbox.processes().list());
    assertRefused(attack, () -> files.list("/d"));
    assertRefused(attack, () -> files.stat("/d"));
    assertHarmless(attack, () -> files.readBytes("/d"));
    assertHarmless(attack, () -> files.write("/d", Content.of("x")));
    assertRefused(attack, () -> files.makeDirectory("/d"));
    assertRefused(attack, () -> files.move("/d", "/e"));
    assertRefused(attack, () -> files.delete("/d"));
    assertRefused(attack, () -> files.watch("/d", WatchOptions.standard()).close());
    for (RecordedRequest request : asked()) {
      assertThat(request.getHeaders().toString()).doesNotContain(ScriptedE2b.KEY);
      assertThat(request.getTarget()).doesNotContain(ScriptedE2b.KEY);
    }
  }

  private static String json(String id) {
    return ScriptedE2b.sandboxJson("0.6.13").replace("isb1", id);
  }

  static Stream<String> ids() {
    return Stream.of(
        "../sandboxes/x",
        "..",
        ".",
        "a/b",
        "a%2fb",
        "a\\\\b",
        "a\\r\\nX-API-KEY: b",
        "a\\u0000b",
        "a b",
        "\\u00fcn\\u00ef",
        "a@b",
        "a?b",
        "a#b",
        "a".repeat(129));
  }

  @ParameterizedTest
  @MethodSource("ids")
  void anIdThatCouldLeadElsewhereIsMalformedAndNothingIsKilled(String id) throws Exception {
    E2bClient client = client();
    answerAll(200, json(id));
    assertThatThrownBy(() -> client.connect("isb1")).isInstanceOf(WireFormatException.class);
    assertThatThrownBy(() -> client.connect("isb1", Duration.ZERO))
        .isInstanceOf(WireFormatException.class);
    answerAll(200, "[" + json(id) + "]");
    assertThatThrownBy(() -> count(client)).isInstanceOf(WireFormatException.class);
    answerAll(
        request ->
            request.getMethod().equals("GET")
                ? ScriptedE2b.json(200, "[]")
                : ScriptedE2b.json(201, json(id)));
    assertThatThrownBy(() -> client.create(SandboxSpec.standard()))
        .isInstanceOf(WireFormatException.class);
    assertThat(asked()).noneMatch(request -> request.getMethod().equals("DELETE"));
  }

  @Test
  void whatIsOpenedIsWhatWasAskedFor() throws Exception {
    E2bClient client = client();
    answerAll(200, json("victim"));
    assertThatThrownBy(() -> client.connect("isb1")).isInstanceOf(WireFormatException.class);
    assertThatThrownBy(() -> client.connect("victi")).isInstanceOf(WireFormatException.class);
    assertThatThrownBy(() -> client.connect("isb1", Duration.ZERO))
        .isInstanceOf(WireFormatException.class);
    assertThat(client.connect("victim-0ldc11ent").id()).isEqualTo("victim");
  }

  @Test
  void aListThatIgnoresItsFilterShowsNobodyElses() throws Exception {
    E2bClient client = client();
    String item =
        "{\"sandboxID\": \"%s\", \"state\": \"running\", \"metadata\": {\"team\": \"%s\"}}";
    answerAll(
        200, "[" + item.formatted("ours", "x") + "," + item.formatted("strangers", "y") + "]");
    List<String> ids =
        client.list(SandboxFilter.all().label("team", "x")).stream().map(SandboxInfo::id).toList();
    assertThat(ids).containsExactly("ours");
    ids.forEach(client::kill);
    assertThat(asked().stream().map(RecordedRequest::getTarget))
        .noneMatch(target -> target.contains("strangers"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/b", "/etc/passwd", "..", ".", "", "a\\u0000b", "/"})
  void anEntryThatIsCalledLikeAPathIsMalformed(String name) throws Exception {
    E2bSandbox sandbox = sandbox();
    String entry = "{\"name\": \"" + name + "\", \"type\": \"FILE_TYPE_FILE\", \"path\": \"/d/x\"}";
    answerAll(200, "{\"entries\": [" + entry + "]}");
    assertThatThrownBy(() -> sandbox.files().list("/d")).isInstanceOf(WireFormatException.class);
    answerAll(200, "{\"entry\": " + entry + "}");
    assertThatThrownBy(() -> sandbox.files().stat("/d/x")).isInstanceOf(WireFormatException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"envdAccessToken", "trafficAccessToken"})
  void aTokenThatNoHeaderCanHoldIsRefusedAndNotRepeated(String field) {
    E2bClient client = client();
    answerAll(
        200,
        "{\"sandboxID\": \"isb1\", \"envdVersion\": \"0.6.13\", \""
            + field
            + "\": \"s3cr3t\\r\\nX-Other: y\"}");
    assertThatThrownBy(() -> client.connect("isb1"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageNotContaining("s3cr3t");
  }
}
