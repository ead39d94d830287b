package dev.sandpiper.e2b.sessions;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Content;
import dev.sandpiper.PlatformException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.testing.HostilePeer;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server of the old API that wants to harm: refused, and nobody else is asked. */
@Timeout(60)
class HostileSessionsTest {
  @RegisterExtension final ScriptedSessions server = new ScriptedSessions();
  @RegisterExtension final HostilePeer hostile = new HostilePeer();

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void aRedirectIsRefused(int status) {
    Session session = server.session();
    MockResponse redirect =
        new MockResponse.Builder().code(status).addHeader("Location", hostile.elsewhere()).build();
    server
        .expect("POST /sessions/s1/processes", () -> redirect)
        .expect("GET /sessions/s1/filesystem/dirs?path=%2Fd", () -> redirect)
        .expect("GET /sessions/s1/filesystem/files?path=%2Fd", () -> redirect)
        .expect("PUT /sessions/s1/filesystem/files?path=%2Fd", () -> redirect)
        .expect("DELETE /sessions/s1", () -> redirect);
    for (Runnable call :
        new Runnable[] {
          () -> session.exec("true"),
          () -> session.files().list("/d"),
          () -> session.files().readText("/d"),
          () -> session.files().write("/d", Content.of("x")),
          session::kill
        }) {
      assertThatThrownBy(call::run)
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("redirect")
          .hasMessageNotContaining("s3cr3t");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/b", "..", ".", "", "a\\u0000b"})
  void anEntryThatIsCalledLikeAPathIsMalformed(String name) {
    Session session = server.session();
    server.expect(
        "GET /sessions/s1/filesystem/dirs?path=%2Fd",
        200, "{\"entries\": [{\"name\": \"" + name + "\", \"isDir\": false}]}");
    assertThatThrownBy(() -> session.files().list("/d")).isInstanceOf(WireFormatException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", ".", "../s2", "a/b", "a\\r\\nb", ""})
  void aProcessThatCouldLeadElsewhereIsMalformed(String id) {
    Session session = server.session();
    server.expect("POST /sessions/s1/processes", 200, ScriptedSessions.STARTED.replace("p1", id));
    assertThatThrownBy(() -> session.exec("true")).isInstanceOf(WireFormatException.class);
  }

  @Test
  void whatIsNestedWithoutAnEndIsMalformed() {
    Session session = server.session();
    server.expect("GET /sessions/s1/filesystem/dirs?path=%2Fd", 200, "[".repeat(10_000));
    assertThatThrownBy(() -> session.files().list("/d")).isInstanceOf(WireFormatException.class);
  }
}
