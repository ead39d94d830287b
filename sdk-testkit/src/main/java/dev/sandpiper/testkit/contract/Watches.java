package dev.sandpiper.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sandpiper.Capability;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Every change to a file is reported while a watch is open. */
@Needs(Capability.WATCH)
interface Watches extends Facts {
  /** Linux gives a user 128 inotify instances by default, and test classes run side by side. */
  int MANY = 30;

  private String root() {
    return sandbox().workingDirectory() + "/w";
  }

  /** Reads up to the first matching event; earlier ones belong to other actions. */
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

  @Fact
  default void whatHappensAfterTheCallReturnedIsReported() {
    files().makeDirectory("w");
    try (EventStream<FileEvent> watch = files().watch("w", WatchOptions.standard())) {
      files().write("w/a", Content.of("x"));
      read(watch, event -> event instanceof Created made && made.path().equals(root() + "/a"));
      read(watch, event -> event instanceof Written made && made.path().equals(root() + "/a"));
      sandbox().shell("mv w/a w/b; rm w/b");
      read(watch, event -> event.equals(new Renamed(root() + "/a")));
      read(watch, event -> event instanceof Created made && made.path().equals(root() + "/b"));
      read(watch, event -> event.equals(new Removed(root() + "/b")));
    }
  }

  @Fact
  default void whatIsBelowIsReportedIfThatIsAsked() {
    files().makeDirectory("w");
    files().makeDirectory("w/old");
    WatchOptions options = WatchOptions.standard().recursive().includeInfo();
    try (EventStream<FileEvent> watch = files().watch("w", options)) {
      sandbox().shell("echo hello > w/old/f");
      FileEvent made =
          read(
              watch,
              event -> event instanceof Written file && file.path().equals(root() + "/old/f"));
      assertThat(((Written) made).info())
          .get()
          .extracting(FileInfo::path)
          .isEqualTo(root() + "/old/f");
      sandbox().shell("mkdir w/new");
      read(watch, event -> event instanceof Created file && file.path().equals(root() + "/new"));
      sandbox().shell("echo x > w/new/g");
      read(watch, event -> event instanceof Created file && file.path().equals(root() + "/new/g"));
    }
  }

  @Fact
  default void theDirectoryItselfGoingAwayIsTheEnd() {
    files().makeDirectory("w");
    try (EventStream<FileEvent> watch = files().watch("w", WatchOptions.standard())) {
      sandbox().shell("rmdir w; mkdir w; touch w/x");
      read(watch, event -> event.equals(new Removed(root())));
      assertThat(watch.next()).isInstanceOf(Gap.class);
      assertThat(watch.next()).isNull();
    }
    try (EventStream<FileEvent> watch = files().watch("w", WatchOptions.standard())) {
      sandbox().shell("mv w v; touch v/y");
      read(watch, event -> event.equals(new Renamed(root())));
      assertThat(watch.next()).isInstanceOf(Gap.class);
      assertThat(watch.next()).isNull();
    }
  }

  @Fact
  default void aNameThatIsNotUtf8IsAGapAndTheWatchGoesOn() {
    files().makeDirectory("w");
    try (EventStream<FileEvent> watch = files().watch("w", WatchOptions.standard())) {
      sandbox().shell("touch \"w/$(printf 'caf\\351')\"");
      FileEvent gap = read(watch, Gap.class::isInstance);
      assertThat(((Gap) gap).reason()).contains("UTF-8");
      files().write("w/after", Content.of("x"));
      read(watch, event -> event instanceof Created made && made.path().endsWith("/after"));
    }
  }

  @Fact
  default void anythingButADirectoryIsRefused() {
    files().write("f", Content.of("x"));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> files().watch("f", WatchOptions.standard()));
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> files().watch("none", WatchOptions.standard()));
  }

  @Fact
  default void manyWatchesAtOnceLeaveNothing() {
    files().makeDirectory("w");
    List<EventStream<FileEvent>> open = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      open.add(files().watch(root(), WatchOptions.standard()));
    }
    files().write("w/a", Content.of("x"));
    for (EventStream<FileEvent> watch : open) {
      assertThat(watch.next()).isEqualTo(new Created(root() + "/a", Optional.empty()));
      watch.close();
    }
  }
}
