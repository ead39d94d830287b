package dev.sandpiper.e2b.sessions;

import static dev.sandpiper.e2b.sessions.SessionMessages.LOOK;
import static dev.sandpiper.e2b.sessions.SessionMessages.POST;
import static dev.sandpiper.e2b.sessions.SessionMessages.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.Signal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.UnsupportedCapabilityException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a process of the old REST API is given, and what the API lacks. */
@Timeout(30)
class SessionInputTest {
  private static final String STDIN = "POST /sessions/s1/processes/p1/stdin";

  @RegisterExtension final ScriptedSessions server = new ScriptedSessions();

  @Test
  void variablesTravelInBothWaysAndQuoted() throws Exception {
    SessionsClient client = server.client();
    server
        .expect("POST /sessions", 200, ScriptedSessions.CREATED)
        .expect(POST, 200, state(true, List.of(), List.of()))
        .expect("DELETE /sessions/s1", 204, "");
    try (Session session = client.create(SandboxSpec.standard().environment("A", "1"))) {
      Command command =
          Command.of("a=b", "it's").directory("/srv").environment("B.c", "x y").mergeErrors();
      assertThat(session.processes().exec(command).stdout().text()).isEmpty();
    }
    assertThat(server.sent(POST).path("cmd").asText())
        .isEqualTo(
            "exec 'env' 'A=1' 'B.c=x y' '/bin/sh' '-c' 'exec \"$@\"' 'sh' 'a=b' 'it'\\''s'"
                + " </dev/null 2>&1");
    assertThat(server.sent(POST).path("envVars").toString())
        .isEqualTo("{\"A\":\"1\",\"B.c\":\"x y\"}");
    assertThat(server.sent(POST).path("rootdir").asText()).isEqualTo("/srv");
  }

  @Test
  void aCharacterThatAWriteLeavesUnfinishedGoesWithTheNext() throws Exception {
    Session session = server.session();
    server.expect(POST, 200, state(false, List.of(), List.of()));
    server.always(LOOK, () -> ScriptedSessions.answer(200, ScriptedSessions.STARTED));
    server.always(STDIN, () -> ScriptedSessions.answer(204, ""));
    Process process = session.processes().start(Command.of("cat").openStdin());
    byte[] bytes = "aü".getBytes(UTF_8);
    OutputStream stdin = process.stdin();
    stdin.write(bytes, 0, 2);
    stdin.flush();
    stdin.write(bytes, 2, 1);
    stdin.write("x".repeat(40_000).getBytes(UTF_8));
    stdin.flush();
    assertThat(server.requests(STDIN)).hasSize(4);
    assertThat(server.requests(STDIN).get(0).getBody().utf8()).isEqualTo("{\"stdin\":\"a\"}");
    assertThat(server.requests(STDIN).get(1).getBody().utf8()).startsWith("{\"stdin\":\"üxxx");
    assertThat(server.requests(STDIN))
        .allSatisfy(request -> assertThat(request.getBodySize()).isLessThan(100_000));

    stdin.write(0xff);
    assertThatThrownBy(stdin::flush)
        .asInstanceOf(type(SandboxIOException.class))
        .satisfies(e -> assertMissing(Capability.BYTES, e.getCause()));
    assertThat(server.requests(STDIN)).hasSize(4);
    process.detach();
  }

  private static void assertMissing(Capability missing, Throwable failure) {
    assertThat(failure)
        .asInstanceOf(type(UnsupportedCapabilityException.class))
        .satisfies(e -> assertThat(e.capability()).isEqualTo(missing));
    assertThat(failure).hasMessageContaining(missing.name());
  }

  private void assertRefused(Capability missing, ThrowingCallable call) {
    int before = server.lines().size();
    assertThatThrownBy(call).satisfies(e -> assertMissing(missing, e));
    assertThat(server.lines()).hasSize(before);
    assertThat(Session.CAPABILITIES).doesNotContain(missing);
  }

  @Test
  void whatTheApiLacksIsRefusedByNameBeforeAnythingIsSent() {
    Session session = server.session();
    var processes = session.processes();
    ProcessRef ref = new ProcessRef(SessionLauncher.PLATFORM, "s1", "p1", "once");
    assertRefused(Capability.USER, () -> processes.exec(Command.of("x").user("root")));
    assertRefused(
        Capability.STDIN_END, () -> processes.exec(Command.of("x").stdin(Content.of("y"))));
    assertRefused(
        Capability.TERMINAL,
        () -> processes.startTerminal(Command.of("x"), new TerminalSize(80, 24)));
    assertRefused(Capability.TERMINAL, () -> processes.attachTerminal(ref));
    assertRefused(Capability.LISTS, processes::list);
    assertRefused(Capability.EXPIRY, () -> session.expireIn(Duration.ofMinutes(1)));
  }

  @Test
  void aSignalCannotBeSentAndAnInputCannotBeEnded() {
    Session session = server.session();
    server.expect(POST, 200, ScriptedSessions.STARTED);
    server.always(LOOK, () -> ScriptedSessions.answer(200, ScriptedSessions.STARTED));
    Process process = session.processes().start(Command.of("cat").openStdin());
    assertThatThrownBy(() -> process.signal(Signal.INT))
        .satisfies(e -> assertMissing(Capability.SIGNALS, e));
    assertThatThrownBy(() -> process.stdin().close())
        .asInstanceOf(type(SandboxIOException.class))
        .satisfies(e -> assertMissing(Capability.STDIN_END, e.getCause()));
    process.detach();
  }
}
