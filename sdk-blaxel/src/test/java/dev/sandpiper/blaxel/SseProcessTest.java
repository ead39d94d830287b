package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commands over the stream as Blaxel's documentation describes it. No server is known that sends
 * it, so its bytes are written here.
 */
class SseProcessTest {
  private static final String SSE = "text/event-stream";
  private static final String START = "POST /sbx/process";
  private static final String LOOK = "GET /sbx/process/*";

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  private ExecResult exec(String stream) {
    blaxel.on(START, ScriptedBlaxel.stream(SSE, stream));
    return blaxel.sandbox().exec("true");
  }

  @Test
  void namedEventsHoldTextAndTheLastOneTheProcess() {
    ExecResult result =
        exec(
            "event: stdout\ndata: a\ndata: \n\n: keepalive\n\nevent: stderr\ndata: e\n\n"
                + "event: stdout\ndata: {\"pid\":1}\n\nevent: result\ndata: "
                + StreamedMessages.ended(3)
                + "\n\n");

    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
    assertThat(result.stdout().text()).isEqualTo("a\n{\"pid\":1}");
    assertThat(result.stderr().text()).isEqualTo("e");
    assertThat(result.stdout().isComplete()).isTrue();
  }

  @Test
  void dataMayHoldTheObjectsOfTheOtherFormat() {
    ExecResult result =
        exec(
            "data: {\"type\":\"stdout\",\"data\":\"a\\n\"}\r\n\r\ndata: {\"type\":\"keepalive\"}\r\n\r\n"
                + "data: [keepalive]\r\n\r\nevent: ping\r\ndata: x\r\n\r\n"
                + "data: "
                + StreamedMessages.result(0).strip()
                + "\r\n\r\n");

    assertThat(result.exit().isSuccess()).isTrue();
    assertThat(result.stdout().text()).isEqualTo("a\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s",
        "{\"type\":\"result\",\"data\":%s}",
        "{\"data\":%s}",
        "{\"result\":%s}",
        "{\"process\":%s}"
      })
  void theProcessComesBareOrWrapped(String wrapping) {
    String record = StreamedMessages.ended(5);
    assertThat(exec("data: " + wrapping.formatted(record) + "\n\n").exit())
        .isEqualTo(new ExitStatus.Exited(5));
    String text = TextNode.valueOf(record).toString();
    if (!wrapping.equals("%s")) {
      assertThat(exec("data: " + wrapping.formatted(text) + "\n\n").exit())
          .isEqualTo(new ExitStatus.Exited(5));
    }
  }

  @Test
  void onlyTheLastEventIsSuccess() {
    String running = StreamedMessages.running();
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    blaxel.always(START, request -> ScriptedBlaxel.json(200, StreamedMessages.ended(0)));
    assertThatThrownBy(() -> exec("data: " + running + "\n\n"))
        .isInstanceOf(SandboxException.class);
  }

  @Test
  void anErrorEventIsTheReason() {
    assertThatThrownBy(
            () -> exec("event: error\ndata: failed to start process: no such folder\n\n"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("no such folder");
    assertThatThrownBy(() -> exec("event: error\ndata: {\"error\":\"something broke\"}\n\n"))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("something broke");
  }

  @ParameterizedTest
  @CsvSource({"400, InvalidRequestException", "422, InvalidRequestException"})
  void refusalsMayBeEventsToo(int status, String kind) {
    blaxel.on(
        START,
        new MockResponse.Builder()
            .code(status)
            .addHeader("Content-Type", SSE)
            .body("event: error\ndata: {\"error\":\"invalid request body\"}\n\n")
            .build());
    assertThatThrownBy(() -> blaxel.sandbox().exec("true"))
        .hasMessageContaining("invalid request body")
        .extracting(e -> e.getClass().getSimpleName())
        .isEqualTo(kind);
  }

  @Test
  void anInternalErrorMayBeAnEventAndIsLookedInto() {
    blaxel.on(
        START,
        new MockResponse.Builder()
            .code(500)
            .addHeader("Content-Type", SSE)
            .body("data: {\"error\":\"out of memory\"}\n\n")
            .build());
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    assertThatThrownBy(() -> blaxel.sandbox().exec("true"))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("out of memory");
  }

  @Test
  void aRefusedTokenIsNoProcess() {
    blaxel.on(
        START,
        ScriptedBlaxel.json(
            401,
            "{\"error\":{\"code\":\"AUTHENTICATION_FAILED\",\"message\":\"no\",\"origin\":\"platform\"}}"));
    assertThatThrownBy(() -> blaxel.sandbox().exec("true"))
        .isInstanceOf(AuthenticationException.class);
  }

  @Test
  void everyCutBeforeTheEndIsFollowedByTheRecord() throws Exception {
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, StreamedMessages.ended(7)));
    blaxel.always("GET /sbx/health", request -> ScriptedBlaxel.json(200, "{\"upgradeCount\":0}"));
    BlaxelSandbox sandbox = blaxel.sandbox();
    String stream = "event: stdout\ndata: é\n\n: k\n\ndata: " + StreamedMessages.ended(3) + "\n\n";
    byte[] whole = stream.getBytes(UTF_8);
    for (int cut = whole.length; cut >= 0; cut -= StreamedMessages.STEP) {
      blaxel.on(
          START,
          new MockResponse.Builder()
              .addHeader("Content-Type", SSE)
              .body(new Buffer().write(whole, 0, cut))
              .removeHeader("Content-Length")
              .addHeader("Connection", "close")
              .onResponseEnd(new SocketEffect.CloseSocket())
              .build());
      ExecResult result = sandbox.exec("true");
      boolean isWhole = cut == whole.length;
      assertThat(result.exit())
          .as("cut at " + cut)
          .isEqualTo(new ExitStatus.Exited(isWhole ? 3 : 7));
      assertThat(result.stdout().isComplete()).as("cut at " + cut).isEqualTo(isWhole);
    }
  }

  @Test
  void anAnswerThatIsNoStreamIsMalformed() {
    blaxel.on(START, ScriptedBlaxel.json(200, StreamedMessages.running()));
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    blaxel.always(START, request -> ScriptedBlaxel.json(200, StreamedMessages.ended(0)));
    assertThatThrownBy(() -> blaxel.sandbox().exec("true"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("expected a stream but got a response of type application/json");
  }
}
