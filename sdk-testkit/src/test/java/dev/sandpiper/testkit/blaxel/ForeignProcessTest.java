package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.Signal;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelProcess;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.testing.FreePort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Processes that somebody else has started, and what ports they open. */
@Timeout(60)
class ForeignProcessTest {
  @RegisterExtension final LocalClient local = new LocalClient();

  private void openGate() throws IOException {
    Files.writeString(local.directory().resolve("gate"), "go\n");
  }

  private String gate() throws Exception {
    String gate = local.directory().resolve("gate").toString();
    assertThat(new ProcessBuilder("mkfifo", gate).start().waitFor()).isZero();
    return gate;
  }

  @Test
  void theServersOwnFilesAreReadToTheLastByte() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    Command command =
        Command.shell("printf 'a\\377'; read -r x <" + gate() + "; printf b >&2; exit 6");
    try (BlaxelProcess foreign =
            sandbox.processes().start(BlaxelCommand.of(command).streamed().name("web"));
        BlaxelProcess found = local.again(sandbox).processes().attachNamed("web")) {
      openGate();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      assertThat(found.transferTo(out, err)).isEqualTo(new ExitStatus.Exited(6));

      assertThat(out.toByteArray()).containsExactly('a', 0xff);
      assertThat(err.toString(UTF_8)).isEqualTo("b");
      assertThat(foreign.waitFor()).isEqualTo(new ExitStatus.Exited(6));
    }
  }

  @Test
  void whatRunsIsListedAndCanBeAttachedTo() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    try (Process own = sandbox.processes().start(Command.of("sh", "-c", "exec sleep 100", "it's"));
        Process other =
            sandbox
                .processes()
                .start(BlaxelCommand.of(Command.of("sleep", "101")).streamed().name("other"))) {
      List<ProcessInfo> running = local.again(sandbox).processes().list();

      assertThat(running).hasSize(2);
      ProcessInfo mine =
          running.stream().filter(info -> info.tag().isEmpty()).findFirst().orElseThrow();
      assertThat(mine.ref()).isEqualTo(own.ref());
      assertThat(mine.command()).containsExactly("sh", "-c", "exec sleep 100", "it's");
      ProcessInfo named =
          running.stream().filter(info -> info.tag().isPresent()).findFirst().orElseThrow();
      assertThat(named.tag()).contains("other");
      try (Process found = sandbox.processes().attach(named.ref())) {
        assertThat(found.signal(Signal.KILL)).isTrue();
        assertThat(found.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.UNKNOWN));
      }
      other.waitFor();
    }
  }

  @Test
  void oursIsFoundByItsName() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    Command command = Command.shell("printf 'x\\0y'; read -r x <" + gate());
    try (BlaxelProcess own = sandbox.processes().start(BlaxelCommand.of(command).name("job"))) {
      own.detach();
      try (BlaxelProcess found = local.again(sandbox).processes().attachNamed("job")) {
        assertThat(found.ref()).isEqualTo(own.ref());
        openGate();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        found.transferTo(out, out);
        assertThat(out.toByteArray()).containsExactly('x', 0, 'y');
      }
    }
    assertThatThrownBy(() -> sandbox.processes().attachNamed("nobody"))
        .isInstanceOf(NotFoundException.class);
  }

  private static Command listen(String address, int port) {
    return Command.of(
        "perl",
        "-e",
        "use IO::Socket::INET; $s = IO::Socket::INET->new(Listen => 1, LocalAddr => $ARGV[0],"
            + " LocalPort => $ARGV[1]) or die; sleep 100",
        address,
        Integer.toString(port));
  }

  @Test
  void aServerIsWaitedForUntilItListens() throws Exception {
    int port = FreePort.any();
    try (BlaxelProcess server =
        local.sandbox().processes().start(BlaxelCommand.of(listen("0.0.0.0", port)))) {
      server.waitForPorts(Duration.ofSeconds(20), port);
    }
  }

  @Test
  void aServerForItselfAloneIsAnError() throws Exception {
    int port = FreePort.any();
    try (BlaxelProcess server =
        local.sandbox().processes().start(BlaxelCommand.of(listen("127.0.0.1", port)))) {
      assertThatThrownBy(() -> server.waitForPorts(Duration.ofSeconds(20), port))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("0.0.0.0");
    }
  }

  @Test
  void aServerThatEndsFirstIsAnError() throws Exception {
    int port = FreePort.any();
    try (BlaxelProcess server =
        local.sandbox().processes().start(BlaxelCommand.of(Command.shell("exit 3")))) {
      assertThatThrownBy(() -> server.waitForPorts(Duration.ofSeconds(20), port))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("the process exited first: exit status 3");
    }
  }

  @Test
  void aServerThatNeverListensIsAnError() throws Exception {
    int port = FreePort.any();
    try (BlaxelProcess server =
        local.sandbox().processes().start(BlaxelCommand.of(Command.of("sleep", "100")))) {
      assertThatThrownBy(() -> server.waitForPorts(Duration.ofMillis(300), port))
          .isInstanceOf(DeadlineExceededException.class);
    }
  }
}
