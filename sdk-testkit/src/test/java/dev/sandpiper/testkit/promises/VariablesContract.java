package dev.sandpiper.testkit.promises;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Environment variables reach a command as they are, whatever the shells before it think of them.
 */
interface VariablesContract {
  Map<String, String> ODD =
      Map.of(
          "spring.datasource.url", "jdbc:h2:mem:a=b",
          "MY-VAR", "",
          "npm_config_//x", "'\"$HOME\\\n",
          "é", "ü",
          "two\nlines", "three\nmore\nlines\n",
          "1st", "digit",
          "BASH_FUNC_x%%", "() { echo x; }",
          "BASH_FUNC_y%%", "no function",
          " ", "blank");

  Map<String, String> OF_SHELLS =
      Map.ofEntries(
          Map.entry("PATH", "/opt/venv/bin"),
          Map.entry("IFS", "/"),
          Map.entry("ENV", "/etc/passwd"),
          Map.entry("BASH_ENV", "/etc/passwd"),
          Map.entry("PS4", "+$(echo x)"),
          Map.entry("PWD", "/nonsense"),
          Map.entry("OLDPWD", "before"),
          Map.entry("SHELLOPTS", "xtrace:errexit"),
          Map.entry("POSIXLY_CORRECT", ""),
          Map.entry("_", "underscore"),
          Map.entry("HOME", "/nowhere"),
          Map.entry("LC_ALL", "xx_YY.UTF-8"),
          Map.entry("TMPDIR", "/nowhere"),
          Map.entry("CDPATH", "/etc"),
          Map.entry("OPTIND", "x"),
          Map.entry("UID", "7"),
          Map.entry("PPID", "8"),
          Map.entry("SHLVL", "41"),
          Map.entry("LINENO", "9"),
          Map.entry("RANDOM", "10"),
          Map.entry("TMOUT", "1"),
          Map.entry("LD_LIBRARY_PATH", "/nowhere"),
          Map.entry("PERL5OPT", "-Mnosuchmodule"),
          Map.entry("PYTHONHOME", "/nowhere"),
          Map.entry("SANDPIPER_VARIABLE_0", "a=b"),
          Map.entry("SANDPIPER_WITH", "exit 9"),
          Map.entry("sandpiper_p", "p"),
          Map.entry("nothing", "something"),
          Map.entry("line", "l"));

  Sandbox sandbox();

  SandboxClient anyClient();

  ExecResult exec(Sandbox sandbox, Command command);

  private Map<String, String> environmentOf(Sandbox sandbox, Map<String, String> asked) {
    ExecResult result = exec(sandbox, Command.of("/usr/bin/env", "-0").environment(asked));
    assertThat(result.stderr().text()).isEmpty();
    Map<String, String> found = new HashMap<>();
    for (String pair : new String(result.orThrow().stdout().bytes(), UTF_8).split("\0", 0)) {
      found.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    return found;
  }

  @Test
  default void eachArrivesAsItIs() {
    Stream.of(ODD, OF_SHELLS)
        .flatMap(map -> map.entrySet().stream())
        .map(entry -> Map.of(entry.getKey(), entry.getValue()))
        .forEach(one -> assertThat(environmentOf(sandbox(), one)).containsAllEntriesOf(one));
  }

  @Test
  default void allArriveTogether() {
    Map<String, String> all = new LinkedHashMap<>(ODD);
    all.putAll(OF_SHELLS);
    all.put("PLAIN", "p");
    Map<String, String> found = environmentOf(sandbox(), all);
    assertThat(found).containsAllEntriesOf(all);
    assertThat(found.keySet().stream().filter(name -> name.startsWith("SANDPIPER")))
        .contains("SANDPIPER_PROCESS", "SANDPIPER_VARIABLE_0", "SANDPIPER_WITH")
        .doesNotContain("SANDPIPER_EXACT", "SANDPIPER_VARIABLE_1", "SANDPIPER_BADLANG");
  }

  @Test
  default void scriptsPassThemOn() {
    Command script =
        Command.shell("printenv spring.datasource.url; echo 'a\\tb'; cd / && pwd")
            .environment(Map.of("spring.datasource.url", "jdbc:x", "CDPATH", "/etc"));
    assertThat(exec(sandbox(), script).orThrow().stdout().text()).isEqualTo("jdbc:x\na\tb\n/\n");
  }

  @Test
  default void aProgramIsLookedForOnItsOwnPath(@TempDir Path directory) throws IOException {
    Path program = Files.writeString(directory.resolve("greet"), "#!/bin/sh\necho hello\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Command command = Command.of("greet").environment("PATH", directory.toString());
    assertThat(exec(sandbox(), command).orThrow().stdout().text()).isEqualTo("hello\n");
    Command missing = Command.of("no-such-program").environment("a.b", "c");
    assertThat(exec(sandbox(), missing).exit().code()).hasValue(127);
  }

  @Test
  default void thoseOfASandboxArriveToo() {
    Map<String, String> asked = new LinkedHashMap<>(ODD);
    asked.putAll(Map.of("IFS", "/", "PWD", "/nonsense", "OPTIND", "x", "PS4", "q", "PLAIN", "p"));
    SandboxSpec spec = SandboxSpec.standard();
    for (Map.Entry<String, String> variable : asked.entrySet()) {
      spec = spec.environment(variable.getKey(), variable.getValue());
    }
    try (Sandbox created = anyClient().create(spec);
        Sandbox found = anyClient().connect(created.id())) {
      assertThat(environmentOf(created, Map.of())).containsAllEntriesOf(asked);
      Map<String, String> over = Map.of("PLAIN", "q", "MY-VAR", "own");
      assertThat(environmentOf(found, over))
          .containsEntry("1st", "digit")
          .containsAllEntriesOf(over);
      assertThat(exec(created, Command.shell("printenv spring.datasource.url")).stdout().text())
          .isEqualTo("jdbc:h2:mem:a=b\n");
    }
  }

  @Test
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
        exec(sandbox(), Command.of("true").environment(Map.of("a.b", "s3cret", "PATH", "/s3cret")));
        exec(sandbox(), Command.shell("true").environment("a.b", "s3cret"));
        exec(sandbox(), Command.of("/bin/true").environment("LD_X", "s3cret"));
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

  @Test
  default void whatNothingCanSetIsRefusedBeforeAnythingStarts(@TempDir Path directory)
      throws IOException {
    String path = path(directory, "bash");
    SandboxSpec spec = SandboxSpec.standard().environment("PATH", path).label("kind", "bare");
    try (Sandbox bare = anyClient().create(spec)) {
      Path trace = directory.resolve("trace");
      Command touch = Command.of("touch", trace.toString());
      assertThatThrownBy(() -> exec(bare, touch.environment("a.b", "s3cret")))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("a.b")
          .hasMessageNotContaining("s3cret");
      assertThat(trace).doesNotExist();
      Map<String, String> holdable = Map.of("IFS", "x", "LC_ALL", "xx", "OLDPWD", "y");
      assertThat(environmentOf(bare, holdable)).containsAllEntriesOf(holdable);
    }
    assertThatThrownBy(() -> anyClient().create(spec.environment("a.b", "c")))
        .isInstanceOf(InvalidRequestException.class);
    Leftovers.awaitNone(
        "sandboxes",
        () ->
            anyClient().list(SandboxFilter.all().label("kind", "bare")).stream()
                .map(SandboxInfo::id)
                .toList());
  }

  /** Not the kernel's refusal, which each platform words in its own way. */
  @Test
  default void anArgumentThatLinuxGivesToNoProgramIsRefused() {
    String longest = "x".repeat(130_000); // a streamed command has it in one text with the rest
    try (Sandbox any = anyClient().create(SandboxSpec.standard())) {
      assertThat(exec(any, Command.of("printf", "%s", longest)).outText()).isEqualTo(longest);
      Command command = Command.of("printf", "%s", "\u00fc".repeat(65_536));
      assertThatThrownBy(() -> exec(any, command))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("Linux gives a program at most 131071 in one");
    }
  }

  @Test
  default void pythonDoesWithoutPerl(@TempDir Path directory) throws Exception {
    Path found = Path.of(firstLine("python3", "-c", "import sys; print(sys.executable)"));
    String path = path(directory, "bash");
    Files.createSymbolicLink(directory.resolve("python3"), found.toRealPath());
    SandboxSpec spec = SandboxSpec.standard().environment("PATH", path);
    try (Sandbox sandbox = anyClient().create(spec)) {
      Map<String, String> all = new LinkedHashMap<>(ODD);
      all.putAll(OF_SHELLS);
      Map<String, String> environment = environmentOf(sandbox, all);
      assertThat(environment).containsAllEntriesOf(all).doesNotContainKey("LC_CTYPE");
    }
  }

  private static String firstLine(String... command) throws IOException {
    java.lang.Process process = new ProcessBuilder(command).start();
    return process.inputReader(UTF_8).readLine();
  }

  @Test
  default void withoutBashAScriptIsRefused(@TempDir Path directory) throws IOException {
    String path = path(directory, "perl");
    try (Sandbox sandbox = anyClient().create(SandboxSpec.standard().environment("PATH", path))) {
      assertThatThrownBy(() -> exec(sandbox, Command.shell("true").environment("a.b", "c")))
          .isInstanceOf(InvalidRequestException.class);
      Command program = Command.of("printenv", "a.b").environment("a.b", "c");
      assertThat(exec(sandbox, program.timeout(Duration.ofSeconds(20))).stdout().text())
          .isEqualTo("c\n");
    }
  }
}
