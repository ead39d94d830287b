package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.Content;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WireFormatException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A control plane or a sandbox that wants to harm. Whatever it answers to whatever is asked is
 * refused as what it is, and nobody else is asked or killed.
 */
@Timeout(60)
class HostileBlaxelTest {
  private static final int DEEP = 10_000;

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();
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
    answerAll(request -> ScriptedBlaxel.json(status, json));
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
  private BlaxelClient client() {
    return blaxel.open(blaxel.builder().apiUrl(url()));
  }

  private BlaxelSandbox sandbox() {
    return blaxel.sandbox(blaxel.open(blaxel.builder().sandboxUrl("sbx-1", url())));
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

  private static long count(BlaxelClient client) {
    return client.list(SandboxFilter.all()).stream().limit(100).count();
  }

  @ParameterizedTest
  @EnumSource
  void aHostileControlPlaneIsRefused(Attack attack) throws Exception {
    BlaxelClient client = client();
    attack(attack);
    assertRefused(attack, () -> client.connect("sbx-1"));
    assertRefused(attack, () -> client.connect("sbx-1", Duration.ZERO));
    assertRefused(attack, () -> count(client));
    assertHarmless(attack, () -> client.kill("sbx-1"));
    assertRefused(attack, () -> client.create(SandboxSpec.standard()));
    assertThat(asked()).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aHostileSandboxIsRefused(Attack attack) throws Exception {
    BlaxelSandbox sandbox = sandbox();
    attack(attack);
    assertRefused(attack, () -> sandbox.exec("true"));
    assertRefused(attack, () -> sandbox.processes().list());
    assertRefused(attack, () -> sandbox.files().list("/d"));
    assertRefused(attack, () -> sandbox.files().stat("/d"));
    assertHarmless(attack, () -> sandbox.files().exists("/d"));
    assertHarmless(attack, () -> sandbox.files().readBytes("/d"));
    assertHarmless(attack, () -> sandbox.files().write("/d", Content.of("x")));
    assertRefused(attack, () -> sandbox.files().delete("/d"));
    assertThat(asked()).isNotEmpty();
  }

  private String json(String name, String team) {
    return blaxel
        .record("DEPLOYED", "")
        .replace("\"sbx-1\"", "\"" + name + "\"")
        .replace("\"x\"", "\"" + team + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../sandboxes/x",
        "..",
        ".",
        "a/b",
        "a%2fb",
        "a\\\\b",
        "a\\r\\nX: b",
        "a\\u0000b",
        "a b",
        "a@b",
        "a?b",
        "a#b",
        "\\u00fc"
      })
  void aNameThatCouldLeadElsewhereIsMalformedAndNothingIsKilled(String name) throws Exception {
    BlaxelClient client = client();
    answerAll(200, json(name, "x"));
    assertThatThrownBy(() -> client.connect("sbx-1")).isInstanceOf(WireFormatException.class);
    answerAll(200, "{\"data\":[" + json(name, "x") + "]}");
    assertThatThrownBy(() -> count(client)).isInstanceOf(WireFormatException.class);
    answerAll(
        request ->
            ScriptedBlaxel.json(
                200, request.getMethod().equals("GET") ? "{\"data\":[]}" : json(name, "x")));
    assertThatThrownBy(() -> client.create(SandboxSpec.standard()))
        .isInstanceOf(WireFormatException.class);
    assertThat(asked()).noneMatch(request -> request.getMethod().equals("DELETE"));
  }

  @Test
  void aListThatIgnoresItsFilterShowsNobodyElses() throws Exception {
    BlaxelClient client = client();
    answerAll(200, "{\"data\":[" + json("ours", "x") + "," + json("strangers", "y") + "]}");
    List<String> ids =
        client.list(SandboxFilter.all().label("team", "x")).stream().map(SandboxInfo::id).toList();
    assertThat(ids).containsExactly("ours");
    ids.forEach(client::kill);
    assertThat(asked().stream().map(RecordedRequest::getTarget))
        .noneMatch(target -> target.contains("strangers"));
  }

  /** Without the label that a creation sends it is somebody else's. */
  @Test
  void aStrangersSandboxInTheAnswerToACreationIsNotKilledByClosing() throws Exception {
    BlaxelClient client = client();
    String strangers = json("strangers", "y").replace(blaxel.url() + "/sbx", url());
    answerAll(200, strangers);
    BlaxelSandbox sandbox =
        client.create(BlaxelSandboxSpec.of(SandboxSpec.standard()).name("ours"));
    sandbox.close();
    assertThat(sandbox.wasCreated()).isFalse();
    assertThat(asked()).noneMatch(request -> request.getMethod().equals("DELETE"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://user:s3cr3t@127.0.0.1/",
        "http://127.0.0.1/?to=x",
        "//127.0.0.1/",
        "127.0.0.1",
        "http://"
      })
  void anAddressThatIsNoneIsMalformed(String address) {
    BlaxelClient client = client();
    answerAll(200, json("sbx-1", "x").replace(blaxel.url() + "/sbx", address));
    assertThatThrownBy(() -> client.connect("sbx-1"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageNotContaining("s3cr3t");
  }

  /** The account's token goes there. */
  @Test
  void anAddressWithoutTlsIsRefusedWhereBlaxelItselfHasIt() {
    BlaxelSettings.Options options = new BlaxelSettings.Options();
    options.apiKey = "bl_1";
    options.workspace = "acme";
    BlaxelSettings secure = BlaxelSettings.resolve(options, Map.of());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> secure.address("the address", "http://run.example/x"));
    assertThat(secure.address("the address", "https://run.example/x").isHttps()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"spec\":7",
        "\"spec\":[]",
        "\"spec\":{\"runtime\":\"x\"}",
        "\"spec\":{\"runtime\":[1]}"
      })
  void aRecordOfAnotherFormIsNotChanged(String spec) throws Exception {
    BlaxelClient client = client();
    String record = json("sbx-1", "x").replaceAll("(?s)\"spec\":.*?\\}\\}", spec);
    answerAll(200, record);
    BlaxelSandbox sandbox = client.connect("sbx-1", Duration.ZERO);
    assertThatThrownBy(() -> sandbox.expireIn(Duration.ofMinutes(1)))
        .isInstanceOf(WireFormatException.class);
    assertThat(asked()).noneMatch(request -> request.getMethod().equals("PUT"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../x", "a/b", ""})
  void anUploadThatCouldLeadElsewhereIsMalformed(String id) throws Exception {
    BlaxelSandbox sandbox = sandbox();
    answerAll(200, "{\"uploadId\":\"" + id + "\"}");
    Content large = Content.of(new byte[Uploads.PIECE]);
    assertThatThrownBy(() -> sandbox.files().write("/d", large))
        .isInstanceOf(WireFormatException.class);
    assertThat(asked()).hasSize(1);
  }
}
