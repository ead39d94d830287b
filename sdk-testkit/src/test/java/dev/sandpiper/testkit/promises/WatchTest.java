package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Content;
import dev.sandpiper.EventStream;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileEvent.Created;
import dev.sandpiper.FileEvent.Gap;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bFilesystem;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
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
}
