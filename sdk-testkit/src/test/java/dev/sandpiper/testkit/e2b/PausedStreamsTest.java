package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.e2b.proto.ProcessProto.ConnectRequest;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessSelector;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.testkit.e2b.envd.Envd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The streams of a sandbox that is paused, in both codecs and on both versions of HTTP. */
class PausedStreamsTest {
  private static final String SCRIPT = "echo up; until [ -e go ]; do sleep 0.05; done; echo went";

  @RegisterExtension final LocalServer server = new LocalServer();
  private OkHttpClient client = new OkHttpClient();

  @AfterEach
  void nothingIsLeft() {
    client.connectionPool().evictAll();
  }

  private Response stream(TestSandbox sandbox, String codec, String method, byte[] message)
      throws IOException {
    byte[] envelope =
        ByteBuffer.allocate(5 + message.length)
            .put((byte) 0)
            .putInt(message.length)
            .put(message)
            .array();
    Request request =
        new Request.Builder()
            .url(server.environment("E2B_SANDBOX_URL") + "/process.Process/" + method)
            .header("E2b-Sandbox-Id", sandbox.id())
            .header("E2b-Sandbox-Port", Integer.toString(Envd.PORT))
            .header("X-Access-Token", String.valueOf(sandbox.token()))
            .post(RequestBody.create(envelope, MediaType.get("application/connect+" + codec)))
            .build();
    return client.newCall(request).execute();
  }

  private static byte[] start(String codec) {
    if (codec.equals("json")) return TestSandbox.shellRequest(SCRIPT, false).getBytes(UTF_8);
    ProcessConfig config =
        ProcessConfig.newBuilder().setCmd("/bin/bash").addArgs("-c").addArgs(SCRIPT).build();
    return StartRequest.newBuilder().setProcess(config).setStdin(false).build().toByteArray();
  }

  private static byte[] attach(String codec, long pid) {
    if (codec.equals("json")) return "{\"process\":{\"pid\":%d}}".formatted(pid).getBytes(UTF_8);
    ProcessSelector selector = ProcessSelector.newBuilder().setPid(Math.toIntExact(pid)).build();
    return ConnectRequest.newBuilder().setProcess(selector).build().toByteArray();
  }

  private static ByteString next(BufferedSource source) throws IOException {
    source.skip(1);
    return source.readByteString(source.readInt());
  }

  private static boolean shows(ByteString message, String codec, String text) {
    ByteString bytes = ByteString.encodeUtf8(text);
    return message.indexOf(codec.equals("json") ? ByteString.encodeUtf8(bytes.base64()) : bytes)
        >= 0;
  }

  private long pid(TestSandbox sandbox) throws Exception {
    return sandbox.call("/process.Process/List", "{}").at("/processes/0/pid").asLong();
  }

  @ParameterizedTest
  @CsvSource({
    "json, HTTP_1_1",
    "json, H2_PRIOR_KNOWLEDGE",
    "proto, HTTP_1_1",
    "proto, H2_PRIOR_KNOWLEDGE"
  })
  void aStreamBreaksWithoutAnEndAndItsProcessIsFollowedAgain(String codec, Protocol protocol)
      throws Exception {
    client =
        new OkHttpClient.Builder()
            .protocols(List.of(protocol))
            .readTimeout(Duration.ofSeconds(30))
            .build();
    TestSandbox sandbox = server.create();
    String path = "/sandboxes/" + sandbox.id();
    long pid;
    try (Response response = stream(sandbox, codec, "Start", start(codec))) {
      assertThat(response.protocol()).isEqualTo(protocol);
      BufferedSource source = response.body().source();
      next(source);
      assertThat(shows(next(source), codec, "up\n")).isTrue();
      pid = pid(sandbox);
      assertThat(server.control("POST", path + "/pause", "{}").statusCode()).isEqualTo(204);
      assertThatThrownBy(() -> next(source)).isInstanceOf(IOException.class);
    }
    try (Response response = stream(sandbox, codec, "Connect", attach(codec, pid))) {
      assertThat(response.code()).isEqualTo(502);
      assertThat(response.body().string()).contains("The sandbox was not found");
    }
    assertThat(server.control("POST", path + "/connect", "{\"timeout\":60}").statusCode())
        .isEqualTo(201);
    try (Response response = stream(sandbox, codec, "Connect", attach(codec, pid))) {
      BufferedSource source = response.body().source();
      next(source);
      Files.createFile(sandbox.home().resolve("go"));
      assertThat(shows(next(source), codec, "went\n")).isTrue();
    }
  }
}
