package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.EventStream;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileEvent.Created;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.e2b.E2bFilesystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Watches that come and go: what each holds, at both ends, goes with it. */
@EnabledOnOs(OS.LINUX)
class WatchesLeaveNothingTest extends LocalE2bTest {
  /** What a connection pool and the server's one spare handle may keep. */
  private static final int KEPT_DESCRIPTORS = 16;

  private static final int KEPT_THREADS = 16;

  private E2bFilesystem files;
  private String root;

  @BeforeEach
  void makeDirectory() {
    files = sandbox.files();
    files.makeDirectory("w");
    root = sandbox.workingDirectory() + "/w";
  }

  @Test
  void manyWatchesOneAfterTheOtherLeaveNothing() throws Exception {
    openAndClose(50); // what stays for good is there by now
    int descriptors = descriptors().size();
    int threads = Thread.activeCount();
    openAndClose(Boolean.getBoolean("sandpiper.exhaustive") ? 10_000 : 200);
    Leftovers.awaitNone("handles of the kernel", () -> beyond(1, inotifyHandles()));
    Leftovers.awaitNone("descriptors", () -> beyond(descriptors + KEPT_DESCRIPTORS, descriptors()));
    assertThat(Thread.activeCount()).isLessThan(threads + KEPT_THREADS);
    try (EventStream<FileEvent> watch = files.watch(root, WatchOptions.standard())) {
      sandbox.shell("mkdir w/still-seen").orThrow();
      assertThat(watch.next(Duration.ofSeconds(10)))
          .isEqualTo(new Created(root + "/still-seen", Optional.empty()));
    }
  }

  private void openAndClose(int count) {
    for (int i = 0; i < count; i++) {
      files.watch(root, WatchOptions.standard()).close();
    }
  }

  @Test
  void manyWatchesAreReplacedByOthersAtOnce() {
    for (int round = 0; round < 4; round++) {
      List<EventStream<FileEvent>> open = new ArrayList<>();
      for (int i = 0; i < 30; i++) { // of 128 that a user has
        open.add(files.watch(root, WatchOptions.standard()));
      }
      open.forEach(EventStream::close);
    }
    Leftovers.awaitNone("handles of the kernel", () -> beyond(1, inotifyHandles()));
  }

  private static Collection<String> beyond(int most, List<String> found) {
    return found.size() <= most ? List.of() : found;
  }

  /** What this JVM, which is client and server, has open. */
  private static List<String> descriptors() {
    return descriptors(ProcessHandle.current());
  }

  private static List<String> inotifyHandles() {
    return ProcessHandle.current()
        .children()
        .flatMap(child -> descriptors(child).stream())
        .filter(target -> target.contains("inotify"))
        .toList();
  }

  /** Empty for a process that has ended meanwhile. */
  private static List<String> descriptors(ProcessHandle process) {
    Path all = Path.of("/proc", Long.toString(process.pid()), "fd");
    List<String> targets = new ArrayList<>();
    try (Stream<Path> open = Files.list(all)) {
      open.forEach(descriptor -> targets.add(target(descriptor)));
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
    return targets;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "closed meanwhile";
    }
  }
}
