package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Output and input whose files or helpers come to harm, or that are asked for late. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ExactHarmTest {
  @RegisterExtension final RealProcesses blaxel = new RealProcesses();

  @Test
  void anExecWhoseFilesVanishHasAGapAndItsExit() {
    String script = "seq 1 5000; sleep 0.3; rm -rf %s; sleep 0.3; trap '' PIPE; seq 1 5000; exit 3";
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.shell(script.replace("%s", blaxel.output().toString()));

      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
      assertThat(result.stdout().isComplete()).isFalse();
      assertThat(result.outText()).startsWith("1\n2\n3\n").contains("may have been lost here");
    }
  }

  @Test
  void inputThatCannotBePassedOnIsNotTakenForTheWhole() throws Exception {
    Path tools = Files.createDirectory(blaxel.directory.resolve("tools"));
    Path cat = Files.writeString(tools.resolve("cat"), "#!/bin/sh\nhead -c 9 \"$1\"\nkill -9 $$\n");
    Files.setPosixFilePermissions(cat, PosixFilePermissions.fromString("rwxr-xr-x"));
    blaxel.environment = Map.of("PATH", tools + ":" + System.getenv("PATH"));
    Path counted = blaxel.directory.resolve("counted");
    Command count = Command.shell("wc -c >" + counted);
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      for (int size : new int[] {100, 3_000_000}) {
        Command fed = count.stdin(Content.of(new byte[size]));
        assertThatThrownBy(() -> sandbox.exec(fed))
            .isInstanceOf(CancelledException.class)
            .hasMessageContaining("could not pass all of it to the process");
        assertThat(counted).isEmptyFile();
      }
      try (Process process = sandbox.processes().start(count.openStdin())) {
        OutputStream stdin = process.stdin();
        assertThatThrownBy(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    stdin.write(new byte[1 << 16]);
                    stdin.flush();
                  }
                })
            .hasMessageContaining("could not pass all of it to the process");
        try (BlaxelSandbox other = blaxel.sandbox();
            Process read = other.processes().attach(process.ref())) {
          assertThat(read.waitFor(Duration.ofSeconds(1))).isEmpty(); // it only reads
        }
      }
    }
    assertThat(counted).isEmptyFile();
  }

  @Test
  void whatHadEndedBeforeItWasDetachedCanBeReadByAnother() throws Exception {
    ProcessRef ref;
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      Process process = sandbox.processes().start(Command.shell("echo important; exit 7"));
      while (process.isAlive()) {
        Thread.onSpinWait();
      }
      sandbox.exec("true").orThrow();
      ref = process.detach();
      sandbox.exec("true").orThrow();
      sandbox.exec("true").orThrow();
    }
    assertReadOnce(ref, "important\n");
  }

  @Test
  void whatHadEndedIsReadOnFromTheLastPosition() throws Exception {
    ProcessRef ref;
    String position;
    long read;
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      Process process = sandbox.processes().start(Command.shell("seq 1 40000; exit 7"));
      EventStream<ProcessEvent> events = process.events();
      ProcessEvent.Output first = (ProcessEvent.Output) requireNonNull(events.next());
      read = first.size();
      position = events.position();
      while (process.isAlive()) {
        Thread.onSpinWait();
      }
      ref = process.detach();
      sandbox.exec("true").orThrow();
      sandbox.exec("true").orThrow();
    }
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().attach(ref, position)) {
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      assertThat(process.transferTo(rest, rest)).isEqualTo(new ExitStatus.Exited(7));
      assertThat(read + rest.size()).isEqualTo(228_894);
    }
    blaxel.assertClean();
  }

  private void assertReadOnce(ProcessRef ref, String text) throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().attach(ref)) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      assertThat(process.transferTo(all, all)).isEqualTo(new ExitStatus.Exited(7));
      assertThat(all).hasToString(text);
    }
    blaxel.assertClean();
  }

  @Test
  void filesOfAProcessThatWasReadToItsEndGoWithTheNextCommand() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      Process read = sandbox.processes().start(Command.of("echo", "a"));
      for (ProcessEvent event : read.events()) {
        assertThat(event).isNotNull();
      }
      Process closed = sandbox.processes().start(Command.of("echo", "b"));
      closed.waitFor(Duration.ofSeconds(20));
      closed.close();
      sandbox.exec("true").orThrow();
      sandbox.exec("true").orThrow();

      assertThat(blaxel.files())
          .noneMatch(name -> name.startsWith(read.ref().nonce()))
          .noneMatch(name -> name.startsWith(closed.ref().nonce()));
    }
    blaxel.assertClean();
  }
}
