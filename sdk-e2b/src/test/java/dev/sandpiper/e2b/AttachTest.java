package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.proto.ProcessProto.ConnectRequest;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(E2bCodec.class)
class AttachTest extends InEachCodec {
  private static final String LIST = "POST /process.Process/List";
  private static final ProcessRef REF = ProcessRef.parse("e2b:isb1/7/sp-1");

  AttachTest(E2bCodec codec) {
    super(codec);
  }

  private ConnectRequest takeConnect() throws Exception {
    RecordedRequest request = e2b.take("POST /process.Process/Connect");
    return ScriptedE2b.enveloped(request, ConnectRequest.getDefaultInstance());
  }

  @ParameterizedTest
  @ValueSource(strings = {"e2b:isb2/7/sp-1", "blaxel:isb1/7/sp-1"})
  void aProcessOfAnotherSandboxIsRefusedWithoutAsking(String ref) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    assertThatThrownBy(() -> sandbox.processes().attach(ProcessRef.parse(ref)))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aNumberThatWasUsedAgainIsNotThatProcess() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(Frames.running(7, "sp-2")));
    assertThatThrownBy(() -> sandbox.processes().attach(REF))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.PROCESS))
        .hasMessageContaining("another process");
    e2b.take(LIST);
  }

  @Test
  void whatEndedJustNowTellsItsExit() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list());
    e2b.answer(Frames.stream(Frames.start(7), Frames.exited(3), Frames.goodbye()));
    try (Process process = sandbox.processes().attach(REF)) {
      assertThat(process.waitFor()).isEqualTo(new Exited(3));
      assertThat(process.ref()).isEqualTo(REF);
    }
    e2b.take(LIST);
    assertThat(takeConnect().getProcess().getTag()).isEqualTo("sp-1");
  }

  @Test
  void whatIsForgottenIsNotFound() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list());
    e2b.answer(Frames.stream(Frames.error("not_found", "process with tag sp-1 not found")));
    assertThatThrownBy(() -> sandbox.processes().attach(REF))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.PROCESS));
    e2b.take(LIST);
    takeConnect();
  }

  @Test
  void whatRunsIsFollowedFromHereOnWithAGapFirst() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(Frames.running(3, "x"), Frames.running(7, "sp-1")));
    e2b.answer(
        Frames.stream(Frames.start(7), Frames.stderr("now"), Frames.exited(0), Frames.goodbye()));
    List<ProcessEvent> events = new ArrayList<>();
    try (Process process = sandbox.processes().attach(REF)) {
      process.events().forEach(events::add);
    }
    assertThat(events).hasSize(4);
    assertThat(events.subList(0, 2))
        .extracting(event -> ((OutputGap) event).channel())
        .containsExactly(Channel.STDOUT, Channel.STDERR);
    e2b.take(LIST);
    assertThat(takeConnect().getProcess().getPid()).isEqualTo(7);
  }

  @Test
  void aNumberAboveTwoBillionIsOneNumber() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    ProcessRef ref = ProcessRef.parse("e2b:isb1/4294967295/sp-1");
    e2b.answer(Frames.list(Frames.running(-1, "sp-1")));
    e2b.answer(Frames.stream(Frames.start(-1), Frames.exited(0), Frames.goodbye()));
    try (Process process = sandbox.processes().attach(ref)) {
      assertThat(process.waitFor().isSuccess()).isTrue();
      assertThat(process.ref()).isEqualTo(ref);
    }
    e2b.take(LIST);
    takeConnect();
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid_argument, InvalidRequestException",
    "401, unauthenticated, InvalidRequestException",
    "403, permission_denied, AuthenticationException",
    "404, not_found, NotFoundException",
    "429, resource_exhausted, RateLimitedException",
    "500, internal, PlatformException",
    "501, unimplemented, InvalidRequestException",
    "503, unavailable, PlatformException"
  })
  void aRefusalIsTold(int status, String code, String type) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(Frames.running(7, "sp-1")));
    e2b.answer(status, "{\"code\":\"" + code + "\",\"message\":\"no\"}");
    assertThatThrownBy(() -> sandbox.processes().attach(REF))
        .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(type))
        .hasMessageContaining("attach");
    e2b.take(LIST);
    takeConnect();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sandboxId", "sandboxID"})
  void aSandboxThatIsGoneIsToldByTheEdge(String name) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(Frames.running(7, "sp-1")));
    e2b.answer(502, "{\"" + name + "\":\"isb1\",\"message\":\"not found\",\"code\":502}");
    e2b.answer(404, "");
    assertThatThrownBy(() -> sandbox.processes().attach(REF))
        .isInstanceOfSatisfying(
            SandboxNotRunningException.class,
            e -> {
              assertThat(e.what()).isEqualTo(What.SANDBOX);
              assertThat(e.state()).isEmpty();
            });
    e2b.take(LIST);
    takeConnect();
    e2b.take("GET /sandboxes/isb1");
  }

  @Test
  void aNumberAndANonceOfTwoProcessesAreOfNone() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list());
    e2b.answer(Frames.stream(Frames.start(8), Frames.exited(0), Frames.goodbye()));
    assertThatThrownBy(() -> sandbox.processes().attach(REF))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("belong to different processes");
    e2b.take(LIST);
    takeConnect();
  }
}
