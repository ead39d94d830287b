package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.testkit.LocalSandboxes;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Snapshots of the files of a sandbox. The shapes of the answers are those of E2B's reference. */
class SnapshotTest {
  @RegisterExtension final LocalServer server = new LocalServer();

  private HttpResponse<String> take(TestSandbox sandbox, String body) throws Exception {
    return server.control("POST", "/sandboxes/" + sandbox.id() + "/snapshots", body);
  }

  private String id(TestSandbox sandbox, String body) throws Exception {
    HttpResponse<String> answer = take(sandbox, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return LocalServer.json.readTree(answer.body()).path("snapshotID").asText();
  }

  private TestSandbox createFrom(String snapshot) throws Exception {
    return server.create("{\"templateID\":\"" + snapshot + "\",\"timeout\":60,\"secure\":true}");
  }

  private int delete(String reference) throws Exception {
    return server.control("DELETE", "/templates/" + reference, "").statusCode();
  }

  private List<String> listed(String query) throws Exception {
    return LocalServer.json
        .readTree(server.control("GET", "/snapshots" + query, "").body())
        .findValuesAsText("snapshotID");
  }

  @Test
  void aSandboxFromASnapshotBeginsWithACopyOfTheFiles() throws Exception {
    TestSandbox sandbox = server.create();
    sandbox.run(
        "mkdir -p d/shut; echo one > d/file; chmod 750 d/file; ln -s d/file link; mkfifo pipe;"
            + " touch -d @1000000000 d/file; touch d/shut/in; chmod 555 d/shut");
    String snapshot = id(sandbox, "{\"memory\":false}");
    sandbox.run("echo two > d/file; echo new > later");
    TestSandbox first = createFrom(snapshot);
    TestSandbox second = createFrom(snapshot);
    for (TestSandbox copy : List.of(first, second)) {
      Path file = copy.home().resolve("d/file");
      assertThat(Files.readString(file)).isEqualTo("one\n");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rwxr-x---");
      assertThat(Files.getLastModifiedTime(file).toInstant().getEpochSecond())
          .isEqualTo(1_000_000_000);
      assertThat(Files.readSymbolicLink(copy.home().resolve("link"))).isEqualTo(Path.of("d/file"));
      assertThat(copy.home().resolve("d/shut/in")).exists();
      assertThat(copy.home().resolve("pipe")).doesNotExist();
      assertThat(copy.home().resolve("later")).doesNotExist();
    }
    first.run("echo three > d/file");
    assertThat(Files.readString(second.home().resolve("d/file"))).isEqualTo("one\n");
    assertThat(Files.readString(sandbox.home().resolve("d/file"))).isEqualTo("two\n");
    JsonNode info =
        LocalServer.json.readTree(server.control("GET", "/sandboxes/" + first.id(), "").body());
    assertThat(info.path("templateID").asText()).isEqualTo(snapshot);
    assertThat(info.has("alias")).isFalse();
    String byTemplate = "/v2/sandboxes?template=" + snapshot;
    assertThat(LocalServer.json.readTree(server.control("GET", byTemplate, "").body())).hasSize(2);
  }

  @Test
  void theProcessesGoOnAfterwards() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events = sandbox.shell("echo up; until [ -e go ]; do sleep 0.05; done")) {
      events.pid();
      assertThat(events.next()).isEqualTo("stdout up");
      id(sandbox, "{\"memory\":false}");
      Files.createFile(sandbox.home().resolve("go"));
      assertThat(events.rest()).anyMatch(line -> line.contains("\"exited\":true"));
    }
  }

  @Test
  void memoryIsNotKeptAndNothingIsForked() throws Exception {
    TestSandbox sandbox = server.create();
    for (String body : List.of("{}", "{\"memory\":true,\"name\":\"a\"}")) {
      HttpResponse<String> answer = take(sandbox, body);
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("acceptUnenforced(\\\"memory\\\")");
    }
    HttpResponse<String> fork =
        server.control("POST", "/sandboxes/" + sandbox.id() + "/fork", "{\"count\":1}");
    assertThat(fork.statusCode()).isEqualTo(400);
    assertThat(fork.body()).contains("cannot be forked");
    assertThat(server.control("POST", "/sandboxes/nobody/fork", "{}").statusCode()).isEqualTo(404);
    assertThat(listed("")).isEmpty();
  }

  @Test
  void aNamedSnapshotIsFoundByItsNameAndTheNameMovesOn() throws Exception {
    TestSandbox sandbox = server.create();
    String body = "{\"memory\":false,\"name\":\" Mine \"}";
    String first = id(sandbox, body);
    HttpResponse<String> again = take(sandbox, body);
    assertThat(again.body()).contains("\"names\":[\"local/mine:default\"]");
    String second = LocalServer.json.readTree(again.body()).path("snapshotID").asText();
    for (String name : List.of("mine", "mine:default", "local/mine", "local/mine:default")) {
      TestSandbox made = createFrom(name);
      JsonNode info =
          LocalServer.json.readTree(server.control("GET", "/sandboxes/" + made.id(), "").body());
      assertThat(info.path("templateID").asText()).isEqualTo(second);
      server.control("DELETE", "/sandboxes/" + made.id(), "");
    }
    assertThat(listed("?name=mine")).containsExactly(second);
    assertThat(delete("local%2Fmine%3Adefault")).isEqualTo(204);
    assertThat(listed("")).containsExactly(first);
    assertThat(take(sandbox, "{\"memory\":false,\"name\":\"a/b/c\"}").statusCode()).isEqualTo(400);
  }

  @Test
  void snapshotsAreListedInPagesNewestFirst() throws Exception {
    TestSandbox sandbox = server.create();
    TestSandbox other = server.create();
    String first = id(sandbox, "{\"memory\":false}");
    String second = id(other, "{\"memory\":false}");
    String third = id(sandbox, "{\"memory\":false}");
    assertThat(listed("")).containsExactly(third, second, first);
    assertThat(listed("?sandboxID=" + sandbox.id())).containsExactly(third, first);
    HttpResponse<String> page = server.control("GET", "/snapshots?limit=2", "");
    String token = page.headers().firstValue("X-Next-Token").orElseThrow();
    assertThat(listed("?limit=2")).containsExactly(third, second);
    assertThat(listed("?limit=2&nextToken=" + token)).containsExactly(first);
    assertThat(server.control("GET", "/snapshots?limit=0", "").statusCode()).isEqualTo(400);
    assertThat(server.control("GET", "/snapshots?nextToken=x", "").statusCode()).isEqualTo(400);
  }

  @Test
  void aSnapshotInUseIsNotDeleted() throws Exception {
    TestSandbox sandbox = server.create();
    String snapshot = id(sandbox, "{\"memory\":false}");
    TestSandbox user = createFrom(snapshot);
    assertThat(delete(snapshot)).isEqualTo(400);
    server.control("POST", "/sandboxes/" + user.id() + "/pause", "{}");
    assertThat(delete(snapshot)).isEqualTo(400);
    server.control("DELETE", "/sandboxes/" + user.id(), "");
    assertThat(delete(snapshot)).isEqualTo(204);
    assertThat(delete(snapshot)).isEqualTo(404);
    assertThat(delete("base")).isEqualTo(404);
    String body = "{\"templateID\":\"" + snapshot + "\"}";
    assertThat(server.control("POST", "/v2/sandboxes", body).statusCode()).isEqualTo(404);
  }

  @Test
  void whatDoesNotRunHasNoSnapshot() throws Exception {
    TestSandbox sandbox = server.create();
    assertThat(take(new TestSandbox(server, "nobody", null), "{\"memory\":false}").statusCode())
        .isEqualTo(404);
    server.control("POST", "/sandboxes/" + sandbox.id() + "/pause", "{}");
    assertThat(take(sandbox, "{\"memory\":false}").statusCode()).isEqualTo(409);
  }

  @Test
  void whereItWasNamedMemoryIsAcceptedAndNotKept() throws Exception {
    LocalServer lenient = new LocalServer(LocalSandboxes.builder().acceptUnenforced("memory"));
    try (LocalSandboxes closing = lenient.sandboxes()) {
      TestSandbox sandbox = lenient.create();
      HttpResponse<String> answer =
          lenient.control("POST", "/sandboxes/" + sandbox.id() + "/snapshots", "{}");
      assertThat(answer.statusCode()).isEqualTo(201);
      assertThat(closing.e2bEnvironment()).containsKey("E2B_API_KEY");
    }
  }
}
