package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sandpiper.Content;
import dev.sandpiper.EventStream;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileEvent.Created;
import dev.sandpiper.FileEvent.Gap;
import dev.sandpiper.FileEvent.Removed;
import dev.sandpiper.FileEvent.Renamed;
import dev.sandpiper.FileEvent.Written;
import dev.sandpiper.FileInfo;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bFilesystem;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watches of real directories. */
class WatchTest extends LocalE2bTest {
  private E2bFilesystem files;
  private String root;

  @BeforeEach
  void makeDirectory() {
    files = sandbox.files();
    files.makeDirectory("w");
    root = sandbox.workingDirectory() + "/w";
  }

  /** Reads on to the first event that is meant; what comes before it belongs to other acts. */
  private static FileEvent read(EventStream<FileEvent> watch, Predicate<FileEvent> meant) {
    try {
      FileEvent event;
      while ((event = watch.next(Duration.ofSeconds(10))) != null) {
        if (meant.test(event)) {
          return event;
        }
      }
      throw new AssertionError("the watch ended before the event came");
    } catch (TimeoutException e) {
      throw new AssertionError("the event did not come", e);
    }
  }

  @Test
  void whatHappensAfterTheCallReturnedIsTold() {
    try (EventStream<FileEvent> watch = files.watch("w", WatchOptions.standard())) {
      files.write("w/a", Content.of("x"));
      read(watch, event -> event instanceof Created made && made.path().equals(root + "/a"));
      read(watch, event -> event instanceof Written made && made.path().equals(root + "/a"));
      sandbox.shell("mv w/a w/b; rm w/b");
      read(watch, event -> event.equals(new Renamed(root + "/a")));
      read(watch, event -> event instanceof Created made && made.path().equals(root + "/b"));
      read(watch, event -> event.equals(new Removed(root + "/b")));
    }
  }

  @Test
  void whatIsBelowIsToldIfThatIsAsked() {
    files.makeDirectory("w/old");
    WatchOptions options = WatchOptions.standard().recursive().includeInfo();
    try (EventStream<FileEvent> watch = files.watch("w", options)) {
      sandbox.shell("echo hello > w/old/f");
      FileEvent made =
          read(
              watch, event -> event instanceof Written file && file.path().equals(root + "/old/f"));
      assertThat(((Written) made).info())
          .get()
          .extracting(FileInfo::path)
          .isEqualTo(root + "/old/f");
      sandbox.shell("mkdir w/new");
      read(watch, event -> event instanceof Created file && file.path().equals(root + "/new"));
      sandbox.shell("echo x > w/new/g");
      read(watch, event -> event instanceof Created file && file.path().equals(root + "/new/g"));
    }
  }

  @Test
  void theDirectoryItselfGoingAwayIsTheEnd() {
    try (EventStream<FileEvent> watch = files.watch("w", WatchOptions.standard())) {
      sandbox.shell("rmdir w; mkdir w; touch w/x");
      read(watch, event -> event.equals(new Removed(root)));
      assertThat(watch.next()).isInstanceOf(Gap.class);
      assertThat(watch.next()).isNull();
    }
    try (EventStream<FileEvent> watch = files.watch("w", WatchOptions.standard())) {
      sandbox.shell("mv w v; touch v/y");
      read(watch, event -> event.equals(new Renamed(root)));
      assertThat(watch.next()).isInstanceOf(Gap.class);
      assertThat(watch.next()).isNull();
    }
  }

  @Test
  void aNameThatIsNotUtf8IsAGapAndTheWatchGoesOn() {
    try (EventStream<FileEvent> watch = files.watch("w", WatchOptions.standard())) {
      sandbox.shell("touch \"w/$(printf 'caf\\351')\"");
      FileEvent gap = read(watch, Gap.class::isInstance);
      assertThat(((Gap) gap).reason()).contains("UTF-8");
      files.write("w/after", Content.of("x"));
      read(watch, event -> event instanceof Created made && made.path().endsWith("/after"));
    }
  }

  @Test
  void aLostConnectionIsAGapAndTheWatchGoesOn() throws IOException {
    Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
    try (FaultProxy proxy =
        FaultProxy.inFrontOf(Objects.requireNonNull(environment.get("E2B_SANDBOX_URL")))) {
      environment.put("E2B_SANDBOX_URL", proxy.url());
      proxy.inject("WatchDir", Fault.cut().afterBytes(400));
      try (E2bClient cut = E2bClient.builder().environment(environment).build();
          EventStream<FileEvent> watch =
              cut.connect(sandbox.id()).files().watch(root, WatchOptions.standard())) {
        sandbox.shell("for i in 1 2 3 4 5 6 7 8 9; do echo $i > w/a-long-name-of-a-file-$i; done");
        read(watch, Gap.class::isInstance);
        assertThat(proxy.injections()).isOne();
        files.write("w/after", Content.of("x"));
        read(watch, event -> event instanceof Created made && made.path().endsWith("/after"));
      }
    }
  }

  @Test
  void whatIsNoDirectoryIsRefused() {
    files.write("f", Content.of("x"));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> files.watch("f", WatchOptions.standard()));
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> files.watch("none", WatchOptions.standard()));
  }

  @Test
  void aHundredWatchesAtOnceLeaveNothing() {
    List<EventStream<FileEvent>> open = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      open.add(files.watch(root, WatchOptions.standard()));
    }
    files.write("w/a", Content.of("x"));
    for (EventStream<FileEvent> watch : open) {
      assertThat(watch.next()).isEqualTo(new Created(root + "/a", Optional.empty()));
      watch.close();
    }
  }
}
