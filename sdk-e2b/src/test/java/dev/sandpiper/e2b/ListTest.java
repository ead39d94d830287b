package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessInfo.State;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.process.Scripts;
import dev.sandpiper.e2b.process.StartMessages;
import dev.sandpiper.e2b.proto.ProcessProto.ConnectRequest;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.http.CallScope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(E2bCodec.class)
class ListTest extends InEachCodec {
  private static final String START = "POST /process.Process/Start";
  private static final String LIST = "POST /process.Process/List";
  private static final String CONNECT = "POST /process.Process/Connect";

  private static final ProcessInfo FOREIGN =
      ProcessInfo.newBuilder()
          .setPid(9)
          .setTag("web")
          .setConfig(
              ProcessConfig.newBuilder()
                  .setCmd("/bin/bash")
                  .addAllArgs(List.of("-l", "-c", "serve"))
                  .putEnvs("TOKEN", "s3cret")
                  .setCwd("/srv"))
          .build();

  ListTest(E2bCodec codec) {
    super(codec);
  }

  private static ProcessInfo ours(int pid) {
    ProcessConfig config =
        new StartMessages(EnvdVersion.parse("0.6.13"), scope -> new SandboxPaths(() -> "/"))
            .command(
                Command.of("make", "-j"),
                Map.of("SANDPIPER_PROCESS", "sp-" + pid, "SANDPIPER_VARIABLE_0", "A.b=1=2"),
                "built",
                CallScope.open())
            .getProcess();
    return ProcessInfo.newBuilder().setPid(pid).setTag("built").setConfig(config).build();
  }

  private void answerStates(String lines) {
    e2b.answer(
        Frames.stream(Frames.start(50), Frames.stdout(lines), Frames.exited(0), Frames.goodbye()));
  }

  @Test
  void itShowsWhatWasAskedForAndWhoHasExited() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(FOREIGN, ours(7), ours(8), Frames.running(10, "sp-10")));
    answerStates("9 S\n7 Z\n10 R\n");
    List<dev.sandpiper.ProcessInfo> list = sandbox.processes().list();

    assertThat(list)
        .extracting(dev.sandpiper.ProcessInfo::state)
        .containsExactly(State.RUNNING, State.EXITED, State.EXITED, State.RUNNING);
    dev.sandpiper.ProcessInfo foreign = list.get(0);
    assertThat(foreign.ref().processId()).isEqualTo("9");
    assertThat(foreign.tag()).contains("web");
    assertThat(foreign.command()).containsExactly("/bin/bash", "-l", "-c", "serve");
    assertThat(foreign.environment()).isEqualTo(Map.of("TOKEN", "s3cret"));
    assertThat(foreign.directory()).contains("/srv");
    assertThat(foreign).asString().doesNotContain("s3cret").doesNotContain("serve");
    dev.sandpiper.ProcessInfo ours = list.get(1);
    assertThat(ours.ref()).hasToString("e2b:isb1/7/sp-7");
    assertThat(ours.tag()).contains("built");
    assertThat(ours.command()).containsExactly("make", "-j");
    assertThat(ours.environment()).isEqualTo(Map.of("A.b", "1=2"));
    assertThat(ours.directory()).isEmpty();
    assertThat(list.get(3).tag()).isEmpty();
    e2b.take(LIST);
    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getProcess().getArgsList())
        .containsExactly("-c", Scripts.STATES, "sh", "9", "7", "8", "10");
  }

  @Test
  void anEmptyListAsksNothingMore() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list());
    assertThat(sandbox.processes().list()).isEmpty();
    e2b.take(LIST);
  }

  @Test
  void whereProcShowsNothingNothingIsClaimed() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(FOREIGN));
    answerStates("unknown\n");
    assertThat(sandbox.processes().list().get(0).state()).isEqualTo(State.UNKNOWN);
    e2b.take(LIST);
    e2b.take(START);
  }

  @Test
  void aScriptThatCannotRunCostsTheStatesOnly() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(FOREIGN));
    e2b.answer(Frames.stream(Frames.error("internal", "no")));
    assertThat(sandbox.processes().list().get(0).state()).isEqualTo(State.UNKNOWN);
    e2b.take(LIST);
    e2b.take(START);
  }

  @Test
  void whatSomebodyElseStartedIsAttachedToByWhatIsSeenOfIt() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(FOREIGN));
    answerStates("9 S\n");
    ProcessRef ref = ProcessRef.parse(sandbox.processes().list().get(0).ref().toString());
    e2b.answer(Frames.list(FOREIGN));
    e2b.answer(Frames.stream(Frames.start(9), Frames.exited(0), Frames.goodbye()));
    try (Process process = sandbox.processes().attach(ref)) {
      assertThat(process.waitFor()).isEqualTo(new Exited(0));
    }
    ProcessInfo another =
        FOREIGN.toBuilder()
            .setConfig(FOREIGN.getConfig().toBuilder().putEnvs("TOKEN", "another"))
            .build();
    e2b.answer(Frames.list(another));
    assertThatThrownBy(() -> sandbox.processes().attach(ref))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("another process");
    e2b.take(LIST);
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(CONNECT);
    e2b.take(LIST);
  }

  @Test
  void aTagIsLookedForInTheListAndAttachedToByItsNumber() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(Frames.running(3, "other"), FOREIGN));
    e2b.answer(Frames.stream(Frames.start(9), Frames.exited(2), Frames.goodbye()));
    try (Process process = sandbox.processes().attachTagged("web")) {
      assertThat(process.ref().processId()).isEqualTo("9");
      assertThat(process.waitFor()).isEqualTo(new Exited(2));
    }
    e2b.take(LIST);
    ConnectRequest request =
        ScriptedE2b.enveloped(e2b.take(CONNECT), ConnectRequest.getDefaultInstance());
    assertThat(request.getProcess().getPid()).isEqualTo(9);
  }

  @Test
  void aTagOfTwoNamesBothNumbers() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(ours(7), FOREIGN, ours(8)));
    assertThatThrownBy(() -> sandbox.processes().attachTagged("built"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("7, 8");
    e2b.take(LIST);
  }

  @Test
  void aTagOfNobodyIsNotFound() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(FOREIGN));
    assertThatThrownBy(() -> sandbox.processes().attachTagged("db"))
        .isInstanceOf(NotFoundException.class);
    e2b.take(LIST);
  }

  @Test
  void anUntaggedProcessHasNoTagToShow() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(FOREIGN.toBuilder().clearTag().build()));
    answerStates("9 S\n");
    assertThat(sandbox.processes().list().get(0).tag()).isEqualTo(Optional.empty());
    e2b.take(LIST);
    e2b.take(START);
  }
}
