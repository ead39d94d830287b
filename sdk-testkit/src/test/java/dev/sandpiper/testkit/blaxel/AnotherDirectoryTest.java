package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelProcesses;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A process whose wrapper writes into another directory than that of the client that attaches. */
@Timeout(60)
class AnotherDirectoryTest {
  @RegisterExtension final LocalClient local = new LocalClient();

  /** Writes lines, and ends once {@link #openGate} was called. */
  private String lines() throws Exception {
    Path gate = local.directory().resolve("gate");
    if (!Files.exists(gate)) {
      assertThat(new ProcessBuilder("mkfifo", gate.toString()).start().waitFor()).isZero();
    }
    return "i=0; while [ $i -lt 4 ]; do i=$((i + 1)); echo line $i;"
        + " head -c 9000 /dev/zero | tr '\\0' x; done; read -r x <"
        + gate
        + "; exit 3";
  }

  private void openGate() throws IOException {
    Files.writeString(local.directory().resolve("gate"), "go\n");
  }

  private boolean hasBegun() {
    String[] files = local.output().toFile().list();
    return files != null && Arrays.stream(files).anyMatch(name -> name.contains(".p."));
  }

  /** The same sandbox by a client whose commands write elsewhere. */
  private BlaxelSandbox elsewhere(BlaxelSandbox sandbox) {
    String other = local.directory().resolve("other").toString();
    return local.opened(local.builder().outputDirectory(other)).connect(sandbox.id());
  }

  private static String expected() {
    StringBuilder all = new StringBuilder();
    for (int i = 1; i <= 4; i++) {
      all.append("line ").append(i).append('\n').append("x".repeat(9000));
    }
    return all.toString();
  }

  private static String read(Process process) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    assertThat(process.transferTo(read, OutputStream.nullOutputStream()))
        .isEqualTo(new ExitStatus.Exited(3));
    return read.toString(UTF_8);
  }

  @Test
  void whatAListShowsIsFollowedToTheLastByteAndRemoved() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    Process own = sandbox.start(Command.shell(lines()));
    // A wrapper that begins after the detach takes the lease for a reader that has gone.
    Patience.until("the command begins", this::hasBegun);
    ProcessRef ref = own.detach();
    try (BlaxelSandbox other = elsewhere(sandbox)) {
      List<ProcessInfo> running = other.processes().list();
      assertThat(running).extracting(ProcessInfo::ref).containsExactly(ref);
      try (Process found = other.processes().attach(running.get(0).ref())) {
        openGate();
        assertThat(read(found)).isEqualTo(expected());
      }
    }
    assertThat(local.files()).isEmpty();
  }

  @Test
  void itIsFoundByItsStoredReferenceAndByItsName() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    String stored =
        sandbox
            .processes()
            .start(BlaxelCommand.of(Command.shell(lines())).name("job"))
            .detach()
            .toString();
    BlaxelSandbox other = elsewhere(sandbox);
    try (Process named = other.processes().attachNamed("job");
        Process found = other.processes().attach(ProcessRef.parse(stored))) {
      assertThat(named.ref()).isEqualTo(found.ref());
      openGate();
      assertThat(read(found)).isEqualTo(expected());
    }
  }

  @Test
  void oneWhoseCommandIsLongIsFoundToo() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    Command command = Command.shell(lines() + " # " + "x".repeat(100_000)).environment("A", "b");
    Command longer = Command.of("/bin/sh", "-c", lines(), "sh", "x".repeat(130_000), "y".repeat(9));
    for (Command each : List.of(command, longer)) {
      Process own = sandbox.start(each);
      ProcessRef ref = own.detach();
      BlaxelSandbox other = elsewhere(sandbox);
      assertThat(other.processes().list()).extracting(ProcessInfo::ref).containsExactly(ref);
      try (Process found = other.processes().attach(ref)) {
        openGate();
        assertThat(read(found)).isEqualTo(expected());
      }
    }
  }

  @Test
  void itsInputIsWrittenTo() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    Command command = Command.shell("read -r x; echo \"got $x\"; exit 3").openStdin();
    ProcessRef ref = sandbox.start(command).detach();
    try (Process found = elsewhere(sandbox).processes().attach(ref)) {
      found.stdin().write("word\n".getBytes(UTF_8));
      found.stdin().flush();
      assertThat(read(found)).isEqualTo("got word\n");
    }
  }

  @Test
  void aClientWithoutAttachRefusesItBeforeAnythingIsSent() {
    BlaxelSandbox sandbox = local.sandbox();
    try (Process own = sandbox.start(Command.of("sleep", "60"))) {
      BlaxelSandbox streamed = local.opened(local.builder().streamedOnly()).connect(sandbox.id());
      assertThat(streamed.capabilities()).doesNotContain(Capability.ATTACH);
      BlaxelProcesses processes = streamed.processes();
      List.<Runnable>of(
              () -> processes.attach(own.ref()),
              () -> processes.attach(own.ref(), "o0.e0"),
              () -> processes.attachNamed(own.ref().processId()),
              processes::list)
          .forEach(
              call ->
                  assertThatThrownBy(call::run)
                      .isInstanceOfSatisfying(
                          UnsupportedCapabilityException.class,
                          e -> assertThat(e.capability()).isEqualTo(Capability.ATTACH)));
    }
  }

  @Test
  void anotherProcessOfItsNameIsNotTakenForIt() {
    BlaxelSandbox sandbox = local.sandbox();
    try (Process own =
        sandbox.processes().start(BlaxelCommand.of(Command.of("sleep", "60")).name("job"))) {
      ProcessRef ref = own.ref();
      ProcessRef earlier =
          new ProcessRef(ref.platform(), ref.sandboxId(), ref.processId(), "sp-" + "0".repeat(32));
      assertThatThrownBy(() -> elsewhere(sandbox).processes().attach(earlier))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining("its name belongs to another process now");
    }
  }
}
