package dev.sandpiper.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.UnsupportedCapabilityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FakeSandboxesTest {
  private final FakeSandboxes fake = new FakeSandboxes();

  private static RateLimitedException busy() {
    return new RateLimitedException(
        Failure.of("exec", "git", "too many requests"), Duration.ofSeconds(1));
  }

  @Test
  void callsAreRecordedWithWhatTheyWereAbout() {
    fake.when("git", FakeRun.exits(0));
    SandboxSpec spec = SandboxSpec.template("node").environment("CI", "1");
    try (Sandbox sandbox = fake.create(spec)) {
      sandbox.files().writeText("notes/../todo.txt", "");
      sandbox.exec("git", "status");
    }
    assertThat(fake.calls())
        .extracting(FakeCall::toString)
        .containsExactly("create node", "write /home/user/todo.txt", "exec git");
    assertThat(fake.calls().get(0).spec().orElseThrow().environment()).isEqualTo(Map.of("CI", "1"));
    assertThat(fake.commands())
        .extracting(Command::arguments)
        .containsExactly(List.of("git", "status"));
  }

  @Test
  void aCommandWithoutAScriptIsAMistakeInTheTest() {
    Sandbox sandbox = fake.create(SandboxSpec.standard());
    assertThatThrownBy(() -> sandbox.exec("git", "status"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[git, status]");
  }

  @Test
  void ofTwoScriptsTheNewerIsUsed() {
    fake.when("git", FakeRun.exits(0));
    fake.when(command -> command.arguments().contains("push"), FakeRun.exits(128));
    Sandbox sandbox = fake.create(SandboxSpec.standard());
    assertThat(sandbox.exec("git", "pull").exit().code()).hasValue(0);
    assertThat(sandbox.exec("git", "push").exit().code()).hasValue(128);
  }

  @Test
  void aProgramSeesTheCommandAndTheFiles() {
    fake.when(
        "wc",
        (command, files) -> {
          String text = files.readText(command.arguments().get(1));
          files.writeText("length.txt", Integer.toString(text.length()));
          return FakeRun.exits(0).stdout(text.length() + "\n");
        });
    Sandbox sandbox = fake.create(SandboxSpec.standard());
    sandbox.files().writeText("birds.txt", "plover");
    assertThat(sandbox.exec("wc", "birds.txt").outText()).isEqualTo("6\n");
    assertThat(sandbox.files().readText("length.txt")).isEqualTo("6");
    assertThat(fake.calls())
        .extracting(FakeCall::operation)
        .containsExactly("create", "write", "exec", "readText");
  }

  @Test
  void aFailureHappensOnceAndBeforeAnyEffect() {
    fake.when("git", FakeRun.exits(0));
    fake.failNext("exec", busy());
    Sandbox sandbox = fake.create(SandboxSpec.standard());
    assertThat(fake.pendingFailures()).isEqualTo(1);
    assertThatThrownBy(() -> sandbox.exec("git")).isInstanceOf(RateLimitedException.class);
    assertThat(fake.pendingFailures()).isZero();
    assertThat(sandbox.exec("git").exit().isSuccess()).isTrue();
    assertThat(fake.commands()).hasSize(2);
  }

  @Test
  void aFailureOfAWriteLeavesTheFileAsItWas() {
    Sandbox sandbox = fake.create(SandboxSpec.standard());
    sandbox.files().writeText("a", "old");
    fake.failNext(call -> call.subject().endsWith("/a"), busy());
    assertThatThrownBy(() -> sandbox.files().writeText("a", "new"))
        .isInstanceOf(RateLimitedException.class);
    assertThat(sandbox.files().readText("a")).isEqualTo("old");
  }

  @Test
  void closingWhatWasCreatedKillsItAndClosingWhatWasConnectedToDoesNot() {
    Sandbox created = fake.create(SandboxSpec.standard());
    fake.connect(created.id()).close();
    assertThat(created.info().state()).isEqualTo(SandboxInfo.State.RUNNING);
    created.close();
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(created::info)
        .returns(NotFoundException.What.SANDBOX, NotFoundException::what);
    assertThatThrownBy(() -> fake.connect(created.id())).isInstanceOf(NotFoundException.class);
    assertThat(fake.list()).isEmpty();
  }

  @Test
  void aDetachedSandboxLivesOnWithItsFiles() {
    String id;
    try (Sandbox sandbox = fake.create(SandboxSpec.standard())) {
      sandbox.files().writeText("a", "kept");
      id = sandbox.detach();
    }
    assertThat(fake.connect(id).files().readText("a")).isEqualTo("kept");
  }

  @Test
  void killingASandboxBreaksTheStreamsOfItsProcesses() {
    fake.when("sleep", FakeRun.runsUntilStopped());
    Sandbox sandbox = fake.create(SandboxSpec.standard());
    Process process = sandbox.start(Command.of("sleep", "9"));
    assertThat(fake.kill(sandbox.id())).isTrue();
    assertThat(fake.kill(sandbox.id())).isFalse();
    assertThat(sandbox.kill()).isFalse();
    assertThatThrownBy(process::waitFor).isInstanceOf(ConnectionLostException.class);
    assertThatThrownBy(() -> process.events().next()).isInstanceOf(ConnectionLostException.class);
  }

  @Test
  void sandboxesAreListedByTheirLabelsTheNewestFirst() {
    SandboxSpec labelled = SandboxSpec.standard().label("job", "7");
    Sandbox first = fake.create(labelled);
    fake.create(SandboxSpec.standard());
    Sandbox third = fake.create(labelled);
    assertThat(fake.list(SandboxFilter.all().label("job", "7")))
        .extracting(SandboxInfo::id)
        .containsExactly(third.id(), first.id());
  }

  @Test
  void aSandboxWithoutACapabilityRefusesWhatNeedsIt() {
    FakeSandboxes poor = new FakeSandboxes(Set.of());
    poor.when("true", FakeRun.exits(0));
    Sandbox sandbox = poor.create(SandboxSpec.standard());
    assertThatExceptionOfType(UnsupportedCapabilityException.class)
        .isThrownBy(() -> sandbox.files().stat("a"))
        .returns(Capability.FILE_STATUS, UnsupportedCapabilityException::capability);
    assertThatThrownBy(() -> sandbox.start(Command.of("true").openStdin()))
        .isInstanceOf(UnsupportedCapabilityException.class);
    assertThat(sandbox.exec("true").exit().isSuccess()).isFalse();
  }

  @Test
  void whatTheFakeDoesNotHaveCannotBeAskedFor() {
    assertThatThrownBy(() -> new FakeSandboxes(Set.of(Capability.TERMINAL)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(fake.capabilities()).doesNotContain(Capability.TERMINAL, Capability.WATCH);
  }

  @Test
  void aClosedClientRefusesEverything() {
    Sandbox sandbox = fake.create(SandboxSpec.standard());
    fake.close();
    assertThatThrownBy(() -> sandbox.exec("true")).isInstanceOf(CancelledException.class);
  }

  @Test
  void connectingNeverShortensALife() {
    Sandbox sandbox = fake.create(SandboxSpec.standard().timeToLive(Duration.ofHours(1)));
    Instant before = sandbox.info().expiresAt().orElseThrow();
    fake.connect(sandbox.id(), Duration.ofMinutes(1));
    assertThat(sandbox.info().expiresAt()).hasValue(before);
    fake.connect(sandbox.id(), Duration.ofHours(2));
    assertThat(sandbox.info().expiresAt().orElseThrow()).isAfter(before);
  }
}
