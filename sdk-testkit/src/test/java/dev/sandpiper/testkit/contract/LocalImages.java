package dev.sandpiper.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.Process;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.Signal;
import dev.sandpiper.testkit.promises.Leftovers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** What depends on the image, proved where an image is a directory of this machine. */
@Needs({Capability.LISTS, Capability.EXIT_STATUS, Capability.BYTES})
interface LocalImages extends Facts {
  @Fact
  default void noValueIsEverAnArgument() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<String> seen = new ArrayList<>();
    Thread looker =
        new Thread(
            () -> {
              while (!over.get()) {
                seen.addAll(Leftovers.processesNaming("s3cret"));
              }
            });
    looker.start();
    try {
      for (int i = 0; i < 10; i++) {
        sandbox()
            .processes()
            .exec(Command.of("true").environment(Map.of("a.b", "s3cret", "PATH", "/s3cret")));
        sandbox().processes().exec(Command.shell("true").environment("a.b", "s3cret"));
        sandbox().processes().exec(Command.of("/bin/true").environment("LD_X", "s3cret"));
      }
    } finally {
      over.set(true);
      looker.join();
    }
    assertThat(seen).isEmpty();
    assertThat(sandbox().processes().list().toString()).doesNotContain("s3cret");
  }

  /** A PATH with the tools that every image has, and these. */
  private static String path(Path directory, String... more) throws IOException {
    Stream<String> tools =
        Stream.of("cat", "dd", "env", "find", "grep", "ls", "mkdir", "mkfifo", "mv", "printenv");
    Stream<String> others = Stream.of("ln", "rm", "setsid", "sh", "sleep", "stat", "touch", "tr");
    for (String tool : Stream.of(tools, others, Stream.of(more)).flatMap(s -> s).toList()) {
      Files.createSymbolicLink(directory.resolve(tool), Path.of("/usr/bin", tool));
    }
    return directory.toString();
  }

  @Fact
  default void whatNothingCanSetIsRefusedBeforeAnythingStarts() throws IOException {
    String path = path(directory(), "bash");
    SandboxSpec spec = SandboxSpec.standard().environment("PATH", path).label("kind", "bare");
    try (Sandbox bare = client().create(spec)) {
      Path trace = directory().resolve("trace");
      Command touch = Command.of("touch", trace.toString());
      assertThatThrownBy(() -> bare.processes().exec(touch.environment("a.b", "s3cret")))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("a.b")
          .hasMessageNotContaining("s3cret");
      assertThat(trace).doesNotExist();
      Map<String, String> holdable = Map.of("IFS", "x", "LC_ALL", "xx", "OLDPWD", "y");
      assertThat(Variables.environmentOf(bare, holdable)).containsAllEntriesOf(holdable);
    }
    assertThatThrownBy(() -> client().create(spec.environment("a.b", "c")))
        .isInstanceOf(InvalidRequestException.class);
    Leftovers.awaitNone(
        "sandboxes",
        () ->
            client().list(SandboxFilter.all().label("kind", "bare")).stream()
                .map(SandboxInfo::id)
                .toList());
  }

  @Fact
  default void pythonDoesWithoutPerl() throws Exception {
    Path found = Path.of(firstLine("python3", "-c", "import sys; print(sys.executable)"));
    String path = path(directory(), "bash");
    Files.createSymbolicLink(directory().resolve("python3"), found.toRealPath());
    SandboxSpec spec = SandboxSpec.standard().environment("PATH", path);
    try (Sandbox sandbox = client().create(spec)) {
      Map<String, String> all = new LinkedHashMap<>(Variables.ODD);
      all.putAll(Variables.OF_SHELLS);
      Map<String, String> environment = Variables.environmentOf(sandbox, all);
      assertThat(environment).containsAllEntriesOf(all).doesNotContainKey("LC_CTYPE");
    }
  }

  private static String firstLine(String... command) throws IOException {
    java.lang.Process process = new ProcessBuilder(command).start();
    return process.inputReader(UTF_8).readLine();
  }

  @Fact
  default void withoutBashAScriptIsRefused() throws IOException {
    String path = path(directory(), "perl");
    try (Sandbox sandbox = client().create(SandboxSpec.standard().environment("PATH", path))) {
      assertThatThrownBy(
              () -> sandbox.processes().exec(Command.shell("true").environment("a.b", "c")))
          .isInstanceOf(InvalidRequestException.class);
      Command program = Command.of("printenv", "a.b").environment("a.b", "c");
      assertThat(sandbox.processes().exec(program.timeout(Duration.ofSeconds(20))).stdout().text())
          .isEqualTo("c\n");
    }
  }

  @Fact
  default void withoutSetsidTheTreeIsFoundAmongAllProcesses() {
    try (Sandbox bare = client().create(SandboxSpec.standard().environment("PATH", "/nowhere"))) {
      RunningCommands running = new RunningCommands(sandbox());
      String script = "/bin/sh -c '/bin/sleep 900 & /bin/sleep 900; :' & /bin/sleep 900; :";
      Process process = bare.processes().start(running.script(script));
      running.awaitSleepers(3);
      process.close();
      running.assertStopped();
    }
  }

  @Fact
  default void withoutSetsidTheProcessAloneGetsTheSignal() throws Exception {
    Command command = Command.of("/bin/sleep", "60");
    try (Sandbox bare = client().create(SandboxSpec.standard().environment("PATH", "/nowhere"));
        Process process = bare.processes().start(command)) {
      assertThat(process.signal(Signal.INT)).isTrue();
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.INT));
    }
  }
}
