package dev.sandpiper.testkit.promises;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.Process;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.testing.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The servers on their own, in a JVM of their own, as a shell starts them. */
@Timeout(60)
class StandaloneTest {
  private static final int ENDED_BY_TERM = 128 + 15;

  @TempDir Path temporary;
  private final List<java.lang.Process> started = new ArrayList<>();

  @AfterEach
  void noServerIsLeft() {
    started.forEach(java.lang.Process::destroyForcibly);
    servers().forEach(ProcessHandle::destroyForcibly);
  }

  /** Also one that has lost the parent that was started here. */
  private List<ProcessHandle> servers() {
    return Leftovers.processesNaming(temporary.toString()).stream()
        .map(line -> Long.parseLong(line.split(" ", 2)[0]))
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .toList();
  }

  private List<String> words(String... options) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-Djava.io.tmpdir=" + temporary,
                "-classpath",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.sandpiper.testkit.LocalSandboxesCommand"));
    words.addAll(Arrays.asList(options));
    return words;
  }

  private java.lang.Process start(String... options) throws IOException {
    return start(words(options));
  }

  private java.lang.Process start(List<String> words) throws IOException {
    java.lang.Process process =
        new ProcessBuilder(words).redirectError(temporary.resolve("errors").toFile()).start();
    started.add(process);
    return process;
  }

  private static Map<String, String> exports(BufferedReader lines) throws IOException {
    Map<String, String> variables = new LinkedHashMap<>();
    while (variables.size() < 6) {
      String line = lines.readLine();
      assertThat(line).startsWith("export ");
      String[] pair = line.substring("export ".length()).split("=", 2);
      variables.put(pair[0], pair[1]);
    }
    return variables;
  }

  @Test
  void aClientFindsItByWhatItPrintsAndASignalEndsAllOfIt() throws Exception {
    java.lang.Process server = start();
    Map<String, String> environment = exports(server.inputReader(UTF_8));
    try (BlaxelClient blaxel = BlaxelClient.builder().environment(environment).build();
        BlaxelSandbox sandbox = blaxel.create(SandboxSpec.standard())) {
      assertThat(sandbox.shell("echo hi").stdout().text()).isEqualTo("hi\n");
    }
    String id;
    try (E2bClient client = E2bClient.builder().environment(environment).build();
        E2bSandbox sandbox = client.create(SandboxSpec.standard())) {
      id = sandbox.id();
      assertThat(sandbox.shell("echo $((40 + 2))").stdout().text()).isEqualTo("42\n");
      Process process = sandbox.processes().start(Command.of("sleep", "600"));
      process.detach();
      assertThat(Leftovers.processesOf(id)).isNotEmpty();
      server.toHandle().destroy();
      assertThat(server.waitFor()).isEqualTo(ENDED_BY_TERM);
    }
    assertThat(Leftovers.processesOf(id)).isEmpty();
    assertThat(ownFiles()).isEmpty();
  }

  private List<String> ownFiles() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("sandpiper"))
          .toList();
    }
  }

  private String errors() throws IOException {
    return Files.readString(temporary.resolve("errors"));
  }

  @Test
  void anUnknownOptionIsToldInASentence() throws Exception {
    java.lang.Process server = start("--e2b-port", "0", "--frobnicate");
    assertThat(server.waitFor()).isEqualTo(2);
    assertThat(errors()).contains("unknown option --frobnicate; --help lists them all");
    assertThat(ownFiles()).isEmpty();
  }

  @Test
  void aPortMustBeOne() throws Exception {
    java.lang.Process server = start("--e2b-sandbox-port", "high");
    assertThat(server.waitFor()).isEqualTo(2);
    assertThat(errors()).contains("--e2b-sandbox-port needs a port").contains("'high'");
  }

  @Test
  void thePortOfDebugClientsMustBeNamed() throws Exception {
    java.lang.Process server = start("--blaxel-debug-clients", "0");
    assertThat(server.waitFor()).isEqualTo(2);
    assertThat(errors()).contains("--blaxel-debug-clients needs a port, and not 0");
  }

  @Test
  void aBlaxelClientWithoutATokenIsServedWhereThatWasAsked() throws Exception {
    int port = FreePort.any();
    exports(start("--blaxel-debug-clients", Integer.toString(port)).inputReader(UTF_8));
    URI health = URI.create("http://localhost:" + port + "/health");
    HttpRequest request = HttpRequest.newBuilder(health).build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
  }

  @Test
  void withItsParentItEnds() throws Exception {
    java.lang.Process parent = startInShell("\"$@\" & wait", "--with-parent");
    exports(parent.inputReader(UTF_8));
    assertThat(servers()).hasSize(2); // and the shell
    parent.destroyForcibly().waitFor();
    awaitNoServer();
    assertThat(ownFiles()).isEmpty();
  }

  @Test
  void aParentThatEndedBeforeItLookedIsNoticedByItsNumber() throws Exception {
    java.lang.Process parent = startInShell("\"$@\" --with-parent $$ &");
    parent.waitFor();
    awaitNoServer();
    assertThat(errors()).contains("process " + parent.pid() + " is not, or no longer, the parent");
    assertThat(ownFiles()).isEmpty();
  }

  /** Starts a shell, which starts a server in the background. */
  private java.lang.Process startInShell(String script, String... options) throws IOException {
    List<String> shell = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
    shell.addAll(words(options));
    return start(shell);
  }

  private void awaitNoServer() throws InterruptedException {
    while (!servers().isEmpty()) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void helpListsTheOptions() throws Exception {
    java.lang.Process server = start("--help");
    String help = new String(server.getInputStream().readAllBytes(), UTF_8);
    assertThat(server.waitFor()).isZero();
    assertThat(help)
        .contains(
            "--e2b-port",
            "--e2b-sandbox-port",
            "--e2b-debug-clients",
            "--wide-cors",
            "--whole-host");
  }

  @Test
  void aTakenPortIsNamedAndNothingStays() throws Exception {
    java.lang.Process first = start();
    String url = String.valueOf(exports(first.inputReader(UTF_8)).get("E2B_API_URL"));
    String port = url.substring(url.lastIndexOf(':') + 1);
    java.lang.Process second = start("--e2b-port", port);
    assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isEqualTo(1);
    assertThat(errors()).contains("cannot start the local sandboxes").contains(port);
    first.destroy();
    first.waitFor();
    assertThat(ownFiles()).isEmpty();
  }
}
