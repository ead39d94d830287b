package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okio.Buffer;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** E2B's {@code process.Process/Connect} in Connect's JSON: a running process and its stream. */
class E2bProcessConnectTest {
  private static final ProcessRef REF = ProcessRef.parse("e2b:isb1/7/sp-1");
  private static final String START = "{\"event\":{\"start\":{\"pid\":7}}}";
  private static final String OUTPUT = "{\"event\":{\"data\":{\"stdout\":\"aGkK\"}}}";
  private static final String KEEP_ALIVE = "{\"event\":{\"keepalive\":{}}}";
  private static final String END =
      "{\"event\":{\"end\":{\"exitCode\":3,\"exited\":true,\"status\":\"exit status 3\"}}}";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b(E2bCodec.JSON);

  /** Each message: one byte of flags, four of length, most significant first, and the JSON. */
  private static Buffer envelope(int flags, String json) {
    ByteString text = ByteString.encodeUtf8(json);
    return new Buffer().writeByte(flags).writeInt(text.size()).write(text);
  }

  private static MockResponse stream(String lastMessage, String... messages) {
    Buffer body = new Buffer();
    for (String message : messages) {
      body.write(envelope(0, message).readByteString());
    }
    if (!lastMessage.isEmpty()) {
      body.write(envelope(2, lastMessage).readByteString());
    }
    return new MockResponse.Builder()
        .addHeader("Content-Type", "application/connect+json")
        .chunkedBody(body, 7)
        .build();
  }

  private E2bSandbox sandboxThatListsTheProcess() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        200,
        "{\"processes\":[{\"config\":{\"cmd\":\"make\",\"args\":[\"all\"]},\"pid\":7,\"tag\":\"sp-1\"}]}");
    return sandbox;
  }

  private void takeConnect() throws Exception {
    e2b.take("POST /process.Process/List");
    RecordedRequest request = e2b.take("POST /process.Process/Connect");
    assertThat(request.getHeaders().get("Content-Type")).isEqualTo("application/connect+json");
    assertThat(request.getHeaders().get("Connect-Protocol-Version")).isEqualTo("1");
    assertThat(request.getHeaders().get("Keepalive-Ping-Interval")).isEqualTo("20");
    assertThat(request.getHeaders().get("X-Access-Token")).isEqualTo(ScriptedE2b.TOKEN);
    assertThat(ScriptedE2b.body(request))
        .isEqualTo(envelope(0, "{\"process\":{\"pid\":7}}").readByteString());
  }

  @Test
  void itsStreamIsTheProcessesEventsToTheirEnd() throws Exception {
    E2bSandbox sandbox = sandboxThatListsTheProcess();
    e2b.answer(stream("{}", START, OUTPUT, KEEP_ALIVE, END));
    List<ProcessEvent> events = new ArrayList<>();
    try (Process process = sandbox.processes().attach(REF)) {
      process.events().forEach(events::add);
      assertThat(process.waitFor()).isEqualTo(new Exited(3));
    }

    assertThat(events).hasSize(4); // what was written before is not kept: a gap of each channel
    assertThat(events.subList(0, 2)).hasOnlyElementsOfType(OutputGap.class);
    assertThat(((Output) events.get(2)).channel()).isEqualTo(Channel.STDOUT);
    assertThat(((Output) events.get(2)).text()).isEqualTo("hi\n");
    assertThat(events.get(3)).isEqualTo(new Ended(new Exited(3)));
    takeConnect();
  }

  @Test
  void anErrorInTheLastMessageIsThatError() throws Exception {
    E2bSandbox sandbox = sandboxThatListsTheProcess();
    e2b.answer(
        stream(
            "{\"error\":{\"code\":\"not_found\",\"message\":\"process with pid 7 not found\"}}"));

    assertThatThrownBy(() -> sandbox.processes().attach(REF))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("process with pid 7 not found");
    takeConnect();
  }

  @Test
  void aStreamThatStopsWithoutAnEndIsALostConnectionAndNoExit() throws Exception {
    E2bSandbox sandbox = sandboxThatListsTheProcess();
    e2b.answer(stream("", START, OUTPUT));
    e2b.answer(204, ""); // the sandbox's health, which is asked for to say what was lost
    try (Process process = sandbox.processes().attach(REF)) {
      assertThatThrownBy(process::waitFor)
          .isInstanceOfSatisfying(
              ConnectionLostException.class, e -> assertThat(e.process()).contains(REF));
    }
    takeConnect();
    e2b.take("GET /health");
  }
}
