package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.EventStream;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bCodec;
import dev.sandpiper.e2b.E2bOnTimeout;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.e2b.E2bSandboxSpec;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pauses and resumptions do to the data plane, in both codecs and over both HTTPs. */
class LifeOverEveryWireTest extends LocalE2bTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @ParameterizedTest
  @CsvSource({"BINARY,HTTP_1_1", "BINARY,HTTP_2", "JSON,HTTP_1_1", "JSON,HTTP_2"})
  void aPauseBreaksStreamsAndRefusesCommandsUntilItIsResumed(E2bCodec codec, HttpVersion http)
      throws Exception {
    try (E2bClient other = open(codec, http)) {
      E2bSandbox same = other.connect(sandbox.id());
      Command ticking = Command.shell("while :; do echo x; sleep 0.02; done");
      try (Process process = same.processes().start(ticking);
          EventStream<ProcessEvent> events = process.events()) {
        assertThat(events.next()).isNotNull();
        assertThat(same.pause()).isTrue();
        assertThatThrownBy(() -> drain(events))
            .isInstanceOfSatisfying(
                ConnectionLostException.class,
                e -> assertThat(e.process()).contains(process.ref()));
        assertThatThrownBy(() -> same.expireIn(HOUR))
            .isInstanceOfSatisfying(
                SandboxNotRunningException.class,
                e -> assertThat(e.state()).contains(State.PAUSED));
        assertThatThrownBy(() -> same.exec("true"))
            .isInstanceOfSatisfying(
                SandboxNotRunningException.class,
                e -> assertThat(e.state()).contains(State.PAUSED));

        assertThat(same.resume(HOUR)).isTrue();
        assertThat(same.exec("echo", "awake").orThrow().stdout().text()).isEqualTo("awake\n");
        try (Process again = same.processes().attach(process.ref());
            EventStream<ProcessEvent> later = again.events()) {
          assertThat(later.next()).isNotNull();
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"BINARY,HTTP_1_1", "BINARY,HTTP_2", "JSON,HTTP_1_1", "JSON,HTTP_2"})
  void aCommandWakesASandboxThatResumesByRequests(E2bCodec codec, HttpVersion http) {
    E2bSandboxSpec spec =
        E2bSandboxSpec.of(SandboxSpec.standard()).onTimeout(E2bOnTimeout.PAUSE).autoResume(true);
    try (E2bClient other = open(codec, http);
        E2bSandbox sleepy = other.create(spec)) {
      assertThat(sleepy.pause()).isTrue();
      assertThat(sleepy.info().state()).isEqualTo(State.PAUSED);
      assertThat(sleepy.exec("echo", "woken").orThrow().stdout().text()).isEqualTo("woken\n");
      assertThat(sleepy.info().state()).isEqualTo(State.RUNNING);
    }
  }

  /** A client that looks for no lost process. */
  private static E2bClient open(E2bCodec codec, HttpVersion http) {
    return builder().codec(codec).httpVersion(http).reattachLimit(Duration.ZERO).build();
  }

  private static void drain(EventStream<ProcessEvent> events) throws Exception {
    while (events.next() != null) {}
  }
}
