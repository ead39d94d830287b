package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code /home/user} in calls is the sandbox's home; answers have it where commands see it. */
class DocumentedHomeTest {
  @RegisterExtension final LocalServer server = new LocalServer();

  @Test
  void filesAreWrittenAndReadThere() throws Exception {
    TestSandbox sandbox = server.create();
    String target = "/files?path=/home/user/app/a.txt";
    String written =
        server
            .send(
                sandbox
                    .request(target)
                    .header("Content-Type", "application/octet-stream")
                    .POST(BodyPublishers.ofString("hello")))
            .body();
    Path file = sandbox.home().resolve("app/a.txt");
    assertThat(written).contains("\"path\":\"" + sandbox.seen() + "/app/a.txt\"");
    assertThat(Files.readString(file)).isEqualTo("hello");
    assertThat(server.send(sandbox.request(target)).body()).isEqualTo("hello");
  }

  @Test
  void callsTakeItAndAnswerWithWhatCommandsSee() throws Exception {
    TestSandbox sandbox = server.create();
    sandbox.call("/filesystem.Filesystem/MakeDir", "{\"path\":\"/home/user/d\"}");
    assertThat(
            sandbox
                .call("/filesystem.Filesystem/Stat", "{\"path\":\"/home/user/d\"}")
                .at("/entry/path")
                .asText())
        .isEqualTo(sandbox.seen() + "/d");
    sandbox.call(
        "/filesystem.Filesystem/Move",
        "{\"source\":\"/home/user/d\",\"destination\":\"/home/user/e\"}");
    assertThat(
            sandbox
                .call("/filesystem.Filesystem/ListDir", "{\"path\":\"/home/user\"}")
                .at("/entries/0/path")
                .asText())
        .isEqualTo(sandbox.seen() + "/e");
    String start = "{\"process\":{\"cmd\":\"pwd\",\"cwd\":\"/home/user/e\"},\"stdin\":false}";
    try (EventStream events = sandbox.stream("/process.Process/Start", start)) {
      assertThat(events.rest()).contains("stdout " + sandbox.seen() + "/e");
    }
    assertThat(
            sandbox
                .post("/filesystem.Filesystem/Stat", "{\"path\":\"/home/username\"}")
                .statusCode())
        .isEqualTo(403);
  }

  @Test
  void aWatchTakesIt() throws Exception {
    TestSandbox sandbox = server.create();
    String id =
        sandbox
            .call("/filesystem.Filesystem/CreateWatcher", "{\"path\":\"/home/user\"}")
            .path("watcherId")
            .asText();
    Files.createFile(sandbox.home().resolve("new"));
    assertThat(
            sandbox
                .call("/filesystem.Filesystem/GetWatcherEvents", "{\"watcherId\":\"" + id + "\"}")
                .toString())
        .contains("\"new\"");
  }
}
