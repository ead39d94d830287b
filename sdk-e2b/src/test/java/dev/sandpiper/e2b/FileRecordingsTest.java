package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.EventStream;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileEvent.Created;
import dev.sandpiper.FileEvent.Gap;
import dev.sandpiper.FileEvent.ModeChanged;
import dev.sandpiper.FileEvent.Removed;
import dev.sandpiper.FileEvent.Renamed;
import dev.sandpiper.FileEvent.Written;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.testing.Recordings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real daemon said about files, through the client in the codec it was said in. */
class FileRecordingsTest {
  private static final String FILESYSTEM = "/filesystem.Filesystem/";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private static Recordings.Answer recorded(String name) {
    return Recordings.of("e2b").stream()
        .filter(answer -> answer.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no recording " + name));
  }

  private E2bFilesystem files(Recordings.Answer answer) throws Exception {
    E2bCodec codec = answer.contentType().contains("proto") ? E2bCodec.BINARY : E2bCodec.JSON;
    E2bSandbox sandbox = e2b.sandbox(e2b.open(e2b.builder().codec(codec)), "0.6.13");
    MockResponse.Builder response =
        new MockResponse.Builder()
            .code(answer.status())
            .addHeader("Content-Type", answer.contentType());
    e2b.answer(response.body(new Buffer().write(answer.body())).build());
    return sandbox.files();
  }

  @ParameterizedTest
  @CsvSource({
    "stat/file, FILE, 11, 0644",
    "stat/file-proto, FILE, 11, 0644",
    "stat/executable, FILE, 10, 0755",
    "stat/empty-of-root, FILE, 0, 0600",
    "stat/folder, DIRECTORY, 4096, 0755",
    "stat/set-uid, FILE, 0, 04755",
    "stat/set-gid, DIRECTORY, 4096, 02775",
    "stat/sticky-folder, DIRECTORY, 4096, 01777",
    "stat/link-to-file, LINK, 5, 0777",
    "stat/link-proto, LINK, 5, 0777",
    "stat/link-to-folder, LINK, 3, 0777",
    "stat/link-broken, LINK, 7, 0777",
    "stat/link-loop, LINK, 4, 0777",
    "stat/pipe, OTHER, 0, 0644",
    "stat/device, OTHER, 0, 0666",
    "stat/proc-file, FILE, 0, 0444",
    "stat/root, DIRECTORY, 4096, 0755",
    "stat/unicode, FILE, 7, 0644"
  })
  void recordedEntriesAreRead(String name, FileType type, long size, String mode) throws Exception {
    FileInfo info = files(recorded(name)).stat("/x");
    assertThat(info.type()).isEqualTo(type);
    assertThat(info.size()).isEqualTo(size);
    assertThat(info.mode()).isEqualTo(Integer.parseInt(mode, 8));
    assertThat(info.owner()).isIn("user", "root");
    assertThat(info.modified().getEpochSecond()).isGreaterThan(1_600_000_000);
    boolean leadsSomewhere = name.matches("stat/link-(to-.*|proto)");
    assertThat(info.linkTarget().isPresent()).isEqualTo(leadsSomewhere);
    e2b.take();
  }

  @Test
  void recordedListingsAreReadInBothCodecs() throws Exception {
    List<FileInfo> entries = files(recorded("list-dir/depth-1")).list("/x");
    assertThat(entries)
        .extracting(FileInfo::name)
        .contains("a.txt", "dir", "link-broken", "pipe", "gr\u00fc\u00df \u20ac.txt");
    e2b.take();
    List<FileInfo> inJson = files(recorded("list-dir/depth-2")).list("/x", 2);
    e2b.take();
    assertThat(files(recorded("list-dir/depth-2-proto")).list("/x", 2)).isEqualTo(inJson);
    e2b.take();
    assertThat(files(recorded("list-dir/empty")).list("/x")).isEmpty();
    e2b.take();
  }

  @Test
  void recordedMetadataIsRead() throws Exception {
    for (String name : List.of("upload-metadata/stat", "upload-metadata/stat-proto")) {
      assertThat(files(recorded(name)).stat("/x").metadata())
          .containsEntry("author", "Ada")
          .containsEntry("note", "two words")
          .containsEntry("empty", "");
      e2b.take();
    }
  }

  static List<Recordings.Answer> directoriesMade() {
    return successes("MakeDir");
  }

  static List<Recordings.Answer> moves() {
    return successes("Move");
  }

  private static List<Recordings.Answer> successes(String method) {
    return Recordings.of("e2b").stream()
        .filter(answer -> answer.target().equals(FILESYSTEM + method) && answer.status() == 200)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("directoriesMade")
  void recordedDirectoriesAreMade(Recordings.Answer answer) throws Exception {
    assertThat(files(answer).makeDirectory("/x")).isTrue();
    e2b.take();
  }

  @ParameterizedTest
  @MethodSource("moves")
  void recordedMovesAreRead(Recordings.Answer answer) throws Exception {
    assertThat(files(answer).move("/a", "/b").path()).startsWith("/home/user/");
    e2b.take();
  }

  @ParameterizedTest
  @CsvSource({
    "move/onto-folder, a directory exists there",
    "move/folder-onto-empty-folder, a directory exists there",
    "move/folder-onto-file, is a file",
    "move/across-mounts, on another file system"
  })
  void recordedMovesThatAreTheRequestsFaultAreTold(String name, String says) throws Exception {
    E2bFilesystem files = files(recorded(name));
    assertThatThrownBy(() -> files.move("/a", "/b"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(says);
    e2b.take();
  }

  @Test
  void whatWasThereIsNotMadeAgain() throws Exception {
    assertThat(files(recorded("make-dir/existing")).makeDirectory("/x")).isFalse();
    e2b.take();
    E2bFilesystem files = files(recorded("make-dir/on-file"));
    assertThatThrownBy(() -> files.makeDirectory("/x")).isInstanceOf(InvalidRequestException.class);
    e2b.take();
  }

  @Test
  void aSourceThatIsMissingIsNotFound() throws Exception {
    E2bFilesystem files = files(recorded("move/missing"));
    assertThatThrownBy(() -> files.move("/a", "/b")).isInstanceOf(NotFoundException.class);
    e2b.take();
  }

  @Test
  void aDirectoryInACircleIsTold() throws Exception {
    E2bFilesystem files = files(recorded("list-dir/loop"));
    assertThatThrownBy(() -> files.list("/x"))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("cyclic");
    e2b.take();
  }

  /** The first events of a recorded watch, whose connection then stays open. */
  private List<FileEvent> watched(String name, int count) throws Exception {
    Recordings.Answer answer = recorded(name);
    E2bSandbox sandbox =
        e2b.sandbox(e2b.open(e2b.builder().codec(Frames.codecOf(answer))), "0.6.13");
    Frames.speak(Frames.codecOf(answer));
    CountDownLatch gate = new CountDownLatch(1);
    e2b.answer(Frames.held(gate, answer.body()));
    List<FileEvent> events = new ArrayList<>();
    try (EventStream<FileEvent> stream = sandbox.files().watch("/w", WatchOptions.standard())) {
      while (events.size() < count) {
        FileEvent event = stream.next();
        if (event == null) {
          break;
        }
        events.add(event);
      }
    } finally {
      gate.countDown();
      Frames.speak(E2bCodec.BINARY);
    }
    e2b.take();
    return events;
  }

  @ParameterizedTest
  @ValueSource(strings = {"watch-dir/watch", "watch-dir-proto/watch", "watch-dir-recursive/watch"})
  void recordedWatchesAreRead(String name) throws Exception {
    List<FileEvent> events = watched(name, 5);
    assertThat(events).hasSize(5).noneMatch(Gap.class::isInstance);
    assertThat(events.get(0)).isInstanceOf(Created.class);
    assertThat(events).anyMatch(Written.class::isInstance);
  }

  @Test
  void aRecordedUploadIsThreeKindsOfEvents() throws Exception {
    assertThat(watched("watch-dir/watch", 3))
        .containsExactly(
            new Created("/w/up.txt", Optional.empty()),
            new ModeChanged("/w/up.txt", Optional.empty()),
            new Written("/w/up.txt", Optional.empty()));
  }

  @Test
  void recordedEndsOfTheDirectoryItselfAreTheEnd() throws Exception {
    assertThat(watched("watch-dir-ends/folder-removed", 9))
        .hasSize(2)
        .first()
        .isEqualTo(new Removed("/w"));
    assertThat(watched("watch-dir-ends/folder-renamed", 9))
        .hasSize(2)
        .first()
        .isEqualTo(new Renamed("/w"));
  }

  @Test
  void recordedRefusalsOfWatchesAreTold() throws Exception {
    E2bFilesystem missing = files(recorded("watch-dir-ends/missing"));
    assertThatThrownBy(() -> missing.watch("/w", WatchOptions.standard()))
        .isInstanceOf(NotFoundException.class);
    e2b.take();
    E2bFilesystem file = files(recorded("watch-dir-ends/file"));
    assertThatThrownBy(() -> file.watch("/w", WatchOptions.standard()))
        .isInstanceOf(InvalidRequestException.class);
    e2b.take();
  }
}
