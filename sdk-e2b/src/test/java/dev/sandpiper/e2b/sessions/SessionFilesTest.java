package dev.sandpiper.e2b.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sandpiper.Capability;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.Filesystem;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.WriteOptions;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class SessionFilesTest {
  private static final byte[] NOT_UTF_8 = {'a', (byte) 0xff};
  private static final String WRITE = "PUT /sessions/s1/filesystem/files?path=%2Fa";

  @RegisterExtension final ScriptedSessions server = new ScriptedSessions();
  @TempDir Path directory;

  private void assertRefused(Capability missing, ThrowingCallable call) {
    int before = server.lines().size();
    assertThatThrownBy(call)
        .hasMessageContaining(missing.name())
        .asInstanceOf(type(UnsupportedCapabilityException.class))
        .satisfies(e -> assertThat(e.capability()).isEqualTo(missing));
    assertThat(server.lines()).hasSize(before);
    assertThat(Session.CAPABILITIES).doesNotContain(missing);
  }

  @Test
  void whatTheApiLacksIsRefusedByNameBeforeAnythingIsSent() throws Exception {
    Filesystem files = server.session().files();
    Path binary = Files.write(directory.resolve("binary"), NOT_UTF_8);
    Content text = Content.of("x");
    assertRefused(Capability.BYTES, () -> files.write("/a", Content.of(NOT_UTF_8)));
    assertRefused(
        Capability.BYTES, () -> files.write("/a", Content.of(new ByteArrayInputStream(NOT_UTF_8))));
    assertRefused(Capability.BYTES, () -> files.upload(binary, "/a"));
    assertRefused(Capability.FILE_STATUS, () -> files.stat("/a"));
    assertRefused(Capability.FILE_STATUS, () -> files.exists("/a"));
    assertRefused(Capability.FILE_STATUS, () -> files.list("/a", 2));
    assertRefused(Capability.MOVE, () -> files.move("/a", "/b"));
    assertRefused(Capability.MOVE, () -> files.write("/a", text, WriteOptions.inPlace().atomic()));
    assertRefused(Capability.RANGES, () -> files.read("/a", ReadOptions.whole().offset(1)));
    assertRefused(Capability.RANGES, () -> files.read("/a", ReadOptions.whole().length(1)));
    assertRefused(Capability.WATCH, () -> files.watch("/a", WatchOptions.standard()));
    assertRefused(
        Capability.DIRECTORIES,
        () -> files.downloadDirectory("/a", directory, DirectoryOptions.standard()));
    assertRefused(
        Capability.DIRECTORIES,
        () -> files.uploadDirectory(directory, "/a", DirectoryOptions.standard()));
  }

  @Test
  void itIsRefusedBeforeARelativePathIsResolvedToo() {
    Filesystem files = server.session().files();
    assertRefused(Capability.BYTES, () -> files.write("a", Content.of(NOT_UTF_8)));
    assertRefused(
        Capability.MOVE, () -> files.write("a", Content.of("x"), WriteOptions.inPlace().atomic()));
    assertRefused(Capability.RANGES, () -> files.read("a", ReadOptions.whole().offset(1)));
    assertRefused(Capability.FILE_STATUS, () -> files.list("a", 2));
  }

  @Test
  void aListedEntryHasANameAndATypeAndThrowsForTheRest() {
    Session session = server.session();
    server.expect(
        "GET /sessions/s1/filesystem/dirs?path=%2F",
        200, "{\"entries\":[{\"name\":\"src\",\"isDir\":true},{\"name\":\"a\",\"isDir\":false}]}");
    List<FileInfo> entries = session.files().list("/");
    assertThat(entries).extracting(FileInfo::path).containsExactly("/src", "/a");
    assertThat(entries)
        .extracting(FileInfo::type)
        .containsExactly(FileType.DIRECTORY, FileType.UNKNOWN);
    assertThat(entries.get(1)).hasToString("UNKNOWN[/a]");
    assertThatThrownBy(entries.get(1)::size)
        .asInstanceOf(type(UnsupportedCapabilityException.class))
        .satisfies(e -> assertThat(e.capability()).isEqualTo(Capability.FILE_STATUS));
  }

  @Test
  void anEntryThatIsNotANameIsMalformed() {
    Session session = server.session();
    for (String name : List.of("\"../x\"", "\"..\"", "\"\"", "7", "\"a\\u0000\"")) {
      server.expect(
          "GET /sessions/s1/filesystem/dirs?path=%2Fa",
          200, "{\"entries\":[{\"name\":" + name + ",\"isDir\":false}]}");
      assertThatThrownBy(() -> session.files().list("/a")).isInstanceOf(WireFormatException.class);
    }
  }

  @Test
  void aContentWithReplacementCharactersIsNotTakenForTheFile() {
    Session session = server.session();
    server.expect(
        "GET /sessions/s1/filesystem/files?path=%2Fa", 200, "{\"content\": \"a\\ufffd\"}");
    assertThatThrownBy(() -> session.files().readText("/a"))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aWriteAboveTheServersLimitNamesTheLimit() {
    Session session = server.session();
    server
        .expect(WRITE, 500, ScriptedSessions.FAILED)
        .expect("GET /sessions/s1", 200, ScriptedSessions.CREATED);
    assertThatThrownBy(() -> session.files().write("/a", Content.of("x".repeat(200_000))))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("200000 bytes; servers of this kind take about 100 KB");
  }

  @Test
  void aWriteWhoseAnswerIsLostIsUnknownAndNotSentAgain() {
    Session session = server.session();
    server.expect(
        WRITE,
        () ->
            new MockResponse.Builder()
                .onResponseStart(SocketEffect.ShutdownConnection.INSTANCE)
                .build());
    assertThatThrownBy(() -> session.files().write("/a", Content.of("x")))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("it is unknown whether the file was written, or a part");
    assertThat(server.requests(WRITE)).hasSize(1);
  }

  @Test
  void aFileOfALostSessionIsALostSession() {
    Session session = server.session();
    server
        .expect("GET /sessions/s1/filesystem/files?path=%2Fa", 500, ScriptedSessions.FAILED)
        .expect("GET /sessions/s1", 500, ScriptedSessions.FAILED);
    assertThatThrownBy(() -> session.files().readText("/a"))
        .asInstanceOf(type(NotFoundException.class))
        .returns(NotFoundException.What.SANDBOX, NotFoundException::what);
  }

  @Test
  void theRelatedServersPathsAreAnOption() {
    Session session = server.session(server.open(server.builder().singularPaths()));
    server
        .expect("PUT /sessions/s1/filesystem/file?path=%2Fa", 204, "")
        .expect("GET /sessions/s1/filesystem/file?path=%2Fa", 200, "{\"content\": \"x\"}")
        .expect("GET /sessions/s1/filesystem/dir?path=%2Fd", 200, "{\"entries\": []}");
    session.files().write("/a", Content.of("x"));
    assertThat(session.files().readText("/a")).isEqualTo("x");
    assertThat(session.files().makeDirectory("/d")).isFalse();
  }

  @Test
  void whatIsNotListedIsNotDeleted() {
    Session session = server.session();
    server.expect("GET /sessions/s1/filesystem/dirs?path=%2F", 200, "{\"entries\": []}");
    assertThat(session.files().delete("/a")).isFalse();
  }
}
