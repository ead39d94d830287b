package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.testkit.machine.HomeMount;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Where this machine lets a program see a home at {@code /home/user}, commands see it there. */
class MountedHomeTest {
  private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";
  private static final String STAT = "/filesystem.Filesystem/Stat";

  @RegisterExtension final LocalServer server = new LocalServer();

  @BeforeEach
  void assumeNamespaces(@TempDir Path trial) throws Exception {
    assumeThat(HomeMount.tryIn(trial)).as("mount namespaces").isNotNull();
  }

  @Test
  void commandsStartThereAndOpenWhatAnswersName() throws Exception {
    TestSandbox sandbox = server.create();
    Files.writeString(sandbox.home().resolve("a.txt"), "hello");
    String path = stat(sandbox, "a.txt").path("path").asText();
    assertThat(path).isEqualTo("/home/user/a.txt");
    assertThat(output(sandbox, "pwd; echo $HOME; cat " + path))
        .containsExactly("/home/user", "/home/user", "hello");
  }

  @Test
  void theUserIsCalledUserThereAndRootIsNot() throws Exception {
    TestSandbox sandbox = server.create();
    assertThat(output(sandbox, "whoami; touch f; stat -c '%U %G' f; echo ~user"))
        .containsExactly("user", "user user", "/home/user");
    JsonNode entry = stat(sandbox, "f");
    assertThat(List.of(entry.path("owner").asText(), entry.path("group").asText()))
        .containsExactly("user", "user");
    String real = System.getProperty("user.name");
    assertThat(output(sandbox, "whoami", "Authorization", "Basic cm9vdDo=")).containsExactly(real);
  }

  @Test
  void linksOfCommandsLeadToTheSameFilesForFileCalls() throws Exception {
    TestSandbox sandbox = server.create();
    sandbox.run(
        "mkdir d; echo x > d/f; ln -s /home/user/d/f link; ln -s /home/user/d to; ln -s /etc out");
    assertThat(read(sandbox, "link")).isEqualTo("x\n");
    assertThat(read(sandbox, "to/f")).isEqualTo("x\n");
    assertThat(stat(sandbox, "link").path("symlinkTarget").asText()).isEqualTo("/home/user/d/f");
    assertThat(server.send(sandbox.request("/files?path=out/passwd")).statusCode()).isEqualTo(403);
    assertThat(
            server
                .send(
                    sandbox
                        .request("/files?path=to/new/g")
                        .header("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofString("y")))
                .statusCode())
        .isEqualTo(200);
    assertThat(output(sandbox, "cat d/new/g")).containsExactly("y");
  }

  @Test
  void onlyABootGivesTheMachineAnotherRun() throws Exception {
    TestSandbox sandbox = server.create();
    String first = read(sandbox, BOOT_ID);
    assertThat(output(sandbox, "cat " + BOOT_ID)).containsExactly(first.strip());
    pause(sandbox, "{}");
    assertThat(read(sandbox, BOOT_ID)).isEqualTo(first);
    pause(sandbox, "{\"memory\":false}");
    assertThat(read(sandbox, BOOT_ID)).isNotEqualTo(first);
  }

  @Test
  void whatElseIsBelowHomeStaysVisibleAndNothingIsLeftOnTheMachine() throws Exception {
    TestSandbox sandbox = server.create();
    List<String> names;
    try (var homes = Files.list(Path.of("/home"))) {
      names = homes.filter(Files::isDirectory).map(Path::toString).sorted().toList();
    }
    assertThat(output(sandbox, "for d in /home/*/; do echo ${d%/}; done"))
        .containsAll(names)
        .contains("/home/user");
    assertThat(Path.of("/home/user")).doesNotExist();
  }

  private static List<String> output(TestSandbox sandbox, String script, String... headers)
      throws Exception {
    return sandbox.run(script, headers).stream()
        .filter(event -> event.startsWith("stdout "))
        .flatMap(event -> event.substring("stdout ".length()).lines())
        .toList();
  }

  private static JsonNode stat(TestSandbox sandbox, String path) throws Exception {
    return sandbox.call(STAT, "{\"path\":\"" + path + "\"}").path("entry");
  }

  private String read(TestSandbox sandbox, String path) throws Exception {
    HttpResponse<String> response = server.send(sandbox.request("/files?path=" + path));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  private void pause(TestSandbox sandbox, String body) throws Exception {
    String target = "/sandboxes/" + sandbox.id();
    assertThat(server.control("POST", target + "/pause", body).statusCode()).isEqualTo(204);
    assertThat(server.control("POST", target + "/connect", "{\"timeout\":60}").statusCode())
        .isEqualTo(201);
  }
}
