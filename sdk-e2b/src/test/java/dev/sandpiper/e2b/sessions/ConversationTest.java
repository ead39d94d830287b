package dev.sandpiper.e2b.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.FileInfo;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The API as it is documented, word for word: each route, and what it answers. */
@Timeout(30)
class ConversationTest {
  private static final String ECHOED =
      """
      {"stdout":[{"type":"Stdout","line":"22","timestamp":1690899755863633000}],\
      "stderr":[],"finished":true,"processID":"p1"}\
      """;

  @RegisterExtension final ScriptedSessions server = new ScriptedSessions();

  @Test
  void aSessionIsCreatedRunsTheDocumentedCommandAndIsDeleted() throws Exception {
    server
        .expect("POST /sessions", 200, "{\"id\": \"s1\", \"ports\": []}")
        .expect("POST /sessions/s1/processes", 200, ScriptedSessions.STARTED)
        .expect("GET /sessions/s1/processes/p1?wait=true", 200, ECHOED)
        .expect("DELETE /sessions/s1", 204, "");

    ExecResult result;
    try (SessionsClient client = server.client();
        Session session = client.create(SessionEnvironment.NODEJS.spec())) {
      assertThat(session.id()).isEqualTo("s1");
      result = session.processes().exec(Command.of("echo", "22").directory("/"));
    }

    assertThat(result.stdout().text()).isEqualTo("22\n");
    assertThat(result.stderr().text()).isEmpty();
    assertThat(result.exit()).isInstanceOf(ExitStatus.Unreported.class);
    assertThat(server.sent("POST /sessions").toString()).isEqualTo("{\"envID\":\"Nodejs\"}");
    assertThat(server.sent("POST /sessions/s1/processes").toString())
        .isEqualTo("{\"cmd\":\"exec 'echo' '22' </dev/null\",\"rootdir\":\"/\"}");
  }

  @Test
  void theTimeOfALineIsKeptToTheNanosecond() {
    Session session = server.session();
    server
        .expect("POST /sessions/s1/processes", 200, ScriptedSessions.STARTED)
        .expect("GET /sessions/s1/processes/p1", 200, ECHOED);

    try (Process process = session.processes().start(Command.of("echo", "22"))) {
      assertThat(process.events().next())
          .asInstanceOf(type(Output.class))
          .returns("22\n", Output::text)
          .returns(
              Optional.of(Instant.ofEpochSecond(1_690_899_755L, 863_633_000)), Output::writtenAt);
    }
  }

  @Test
  void theOtherRoutesOfProcessesAreThoseOfTheDocumentation() throws Exception {
    Session session = server.session();
    server
        .expect("POST /sessions/s1/processes", 200, ScriptedSessions.STARTED)
        .always("GET /sessions/s1/processes/p1", () -> stillRunning());
    server.expect("POST /sessions/s1/processes/p1/stdin", 204, "");
    server.expect(
        "DELETE /sessions/s1/processes/p1",
        () -> {
          stopped = true;
          return ScriptedSessions.answer(204, "");
        });

    Process process = session.processes().start(Command.of("cat").openStdin());
    process.stdin().write("22\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    process.stdin().flush();
    process.close();
    assertThat(server.sent("POST /sessions/s1/processes/p1/stdin").toString())
        .isEqualTo("{\"stdin\":\"22\\n\"}");
  }

  private volatile boolean stopped;

  private mockwebserver3.MockResponse stillRunning() {
    return stopped
        ? ScriptedSessions.answer(204, "")
        : ScriptedSessions.answer(200, ScriptedSessions.STARTED);
  }

  @Test
  void theRoutesOfFilesAreThoseOfTheDocumentation() throws Exception {
    Session session = server.session();
    server
        .expect(
            "GET /sessions/s1/filesystem/dirs?path=%2Fcode",
            200,
            """
            {"entries":[{"name":"src","isDir":true},{"name":"a.txt","isDir":false}]}\
            """)
        .expect("GET /sessions/s1/filesystem/dirs?path=%2Fcode%2Fnew", 500, ScriptedSessions.FAILED)
        .expect("GET /sessions/s1", 200, ScriptedSessions.CREATED)
        .expect("PUT /sessions/s1/filesystem/dirs?path=%2Fcode%2Fnew", 204, "")
        .expect("PUT /sessions/s1/filesystem/files?path=%2Fcode%2Fa.txt", 204, "")
        .expect(
            "GET /sessions/s1/filesystem/files?path=%2Fcode%2Fa.txt",
            200, "{\"content\": \"Grüße\\n\"}")
        .expect(
            "GET /sessions/s1/filesystem/dirs?path=%2Fcode",
            200, "{\"entries\":[{\"name\":\"a.txt\",\"isDir\":false}]}")
        .expect("DELETE /sessions/s1/filesystem?path=%2Fcode%2Fa.txt", 204, "");

    assertThat(session.files().list("/code"))
        .extracting(FileInfo::path)
        .containsExactly("/code/src", "/code/a.txt");
    assertThat(session.files().makeDirectory("/code/new")).isTrue();
    session.files().write("/code/a.txt", Content.of("Grüße\n"));
    assertThat(session.files().readText("/code/a.txt")).isEqualTo("Grüße\n");
    assertThat(session.files().delete("/code/a.txt")).isTrue();
    assertThat(server.sent("PUT /sessions/s1/filesystem/files?path=%2Fcode%2Fa.txt").toString())
        .isEqualTo("{\"content\":\"Grüße\\n\"}");
  }

  @Test
  void anEndHasNoStatus() {
    Session session = server.session();
    server.expect("POST /sessions/s1/processes", 200, ECHOED);

    try (Process process = session.processes().start(Command.of("echo", "22"))) {
      var events = process.events();
      events.next();
      assertThat(events.next())
          .isEqualTo(new Ended(new ExitStatus.Unreported(SessionCommand.UNREPORTED)));
      assertThat(events.next()).isNull();
    }
  }
}
