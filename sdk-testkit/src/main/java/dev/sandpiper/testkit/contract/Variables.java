package dev.sandpiper.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.TerminalSize;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Environment variables reach a command unchanged, whether or not shells accept them. */
@Needs({Capability.BYTES, Capability.EXIT_STATUS})
interface Variables extends Facts {
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

  /** The environment of a command with these variables. */
  static Map<String, String> environmentOf(Sandbox sandbox, Map<String, String> asked) {
    ExecResult result =
        sandbox.processes().exec(Command.of("/usr/bin/env", "-0").environment(asked));
    assertThat(result.stderr().text()).isEmpty();
    Map<String, String> found = new HashMap<>();
    for (String pair : new String(result.orThrow().stdout().bytes(), UTF_8).split("\0", 0)) {
      found.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    return found;
  }

  @Fact
  default void eachArrivesAsItIs() {
    Stream.of(ODD, OF_SHELLS)
        .flatMap(map -> map.entrySet().stream())
        .map(entry -> Map.of(entry.getKey(), entry.getValue()))
        .forEach(one -> assertThat(environmentOf(sandbox(), one)).containsAllEntriesOf(one));
  }

  @Fact
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

  @Fact
  default void scriptsPassThemOn() {
    Command script =
        Command.shell("printenv spring.datasource.url; echo 'a\\tb'; cd / && pwd")
            .environment(Map.of("spring.datasource.url", "jdbc:x", "CDPATH", "/etc"));
    assertThat(sandbox().processes().exec(script).orThrow().stdout().text())
        .isEqualTo("jdbc:x\na\tb\n/\n");
  }

  @Fact
  default void aProgramIsLookedForOnItsOwnPath() {
    sandbox()
        .shell("mkdir bin; printf '#!/bin/sh\\necho hello\\n' > bin/greet; chmod 755 bin/greet");
    Command command =
        Command.of("greet").environment("PATH", sandbox().workingDirectory() + "/bin");
    assertThat(processes().exec(command).orThrow().stdout().text()).isEqualTo("hello\n");
    Command missing = Command.of("no-such-program").environment("a.b", "c");
    assertThat(processes().exec(missing).exit().code()).hasValue(127);
  }

  @Fact
  default void thoseOfASandboxArriveToo() {
    Map<String, String> asked = new LinkedHashMap<>(ODD);
    asked.putAll(Map.of("IFS", "/", "PWD", "/nonsense", "OPTIND", "x", "PS4", "q", "PLAIN", "p"));
    SandboxSpec spec = SandboxSpec.standard();
    for (Map.Entry<String, String> variable : asked.entrySet()) {
      spec = spec.environment(variable.getKey(), variable.getValue());
    }
    try (Sandbox created = client().create(spec);
        Sandbox found = client().connect(created.id())) {
      assertThat(environmentOf(created, Map.of())).containsAllEntriesOf(asked);
      Map<String, String> over = Map.of("PLAIN", "q", "MY-VAR", "own");
      assertThat(environmentOf(found, over))
          .containsEntry("1st", "digit")
          .containsAllEntriesOf(over);
      assertThat(
              created
                  .processes()
                  .exec(Command.shell("printenv spring.datasource.url"))
                  .stdout()
                  .text())
          .isEqualTo("jdbc:h2:mem:a=b\n");
    }
  }

  @Fact
  @Needs(Capability.TERMINAL)
  default void onATerminalTheyArriveToo() {
    Map<String, String> asked = Map.of("a.b", "c", "LC_ALL", "C", "nothing", "x");
    Command command = Command.of("/usr/bin/env").environment(asked);
    StringBuilder shown = new StringBuilder();
    try (Process terminal = processes().startTerminal(command, new TerminalSize(80, 24))) {
      for (ProcessEvent event : terminal.events()) {
        if (event instanceof ProcessEvent.Output output) shown.append(output.text());
      }
    }
    assertThat(shown.toString().lines()).contains("a.b=c", "LC_ALL=C", "nothing=x");
  }

  @Fact
  @Needs({Capability.ATTACH, Capability.LISTS})
  default void aListShowsThoseThatWereAskedFor() {
    Map<String, String> asked = Map.of("a.b", "c=d", "PATH", "/usr/bin:/bin", "PLAIN", "p");
    try (Process process = processes().start(Command.of("sleep", "60").environment(asked))) {
      assertThat(processes().list())
          .anySatisfy(
              info -> {
                assertThat(info.ref()).isEqualTo(process.ref());
                assertThat(info.environment()).isEqualTo(asked);
              });
    }
  }
}
