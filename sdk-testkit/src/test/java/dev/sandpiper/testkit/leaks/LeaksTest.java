package dev.sandpiper.testkit.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Garbage;
import dev.sandpiper.testkit.leaks.Place.Platform;
import dev.sandpiper.testkit.leaks.Way.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many of each, with which their callers are done in every way one can. Afterwards sockets,
 * threads, heap, the client's books, and the sandbox's processes and files are what they were.
 */
@Isolated
@EnabledOnOs(OS.LINUX)
class LeaksTest {
  private static final int AT_ONCE = 8;

  private static final int BATCH = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** So many more than before may be in a pool; each of one way would leave more. */
  private static final int KEPT = 16;

  @ParameterizedTest
  @EnumSource
  void onE2b(Kind kind) throws Exception {
    assertNothingIsLeft(Platform.E2B, kind);
  }

  @ParameterizedTest
  @EnumSource(names = "WATCH", mode = EnumSource.Mode.EXCLUDE)
  void onBlaxel(Kind kind) throws Exception {
    assertNothingIsLeft(Platform.BLAXEL, kind);
  }

  private static void assertNothingIsLeft(Platform platform, Kind kind) throws Exception {
    try (Place place = new Place(platform)) {
      new Abandoning(place, kind).run(40); // what stays for good is there by now
      List<String> recordsBefore = place.records();
      place.closeIdleConnections();
      Books before = Books.open();
      int letGo = new Abandoning(place, kind).run(count(kind));
      until("held", () -> heldBeyond(place, before), "{}");
      List<String> records = new ArrayList<>(place.records());
      records.removeAll(recordsBefore);
      int ofLetGo = platform == Platform.BLAXEL ? letGo : 0;
      assertThat(records).as("records").hasSizeLessThanOrEqualTo(ofLetGo + KEPT);
    }
  }

  /** On all platforms together a thousand; ten times as many with {@code -Pexhaustive}. */
  private static int count(Kind kind) {
    int once = kind == Kind.WATCH ? 1_000 : 500;
    return Boolean.getBoolean("sandpiper.exhaustive") ? 10 * once : once;
  }

  private static String heldBeyond(Place place, Books before) {
    place.closeIdleConnections();
    return Books.open().beyond(before, KEPT).toString();
  }

  private static void until(String what, Supplier<String> found, String wanted) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String last = found.get();
    while (!last.equals(wanted) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(50);
      last = found.get();
    }
    assertThat(last).as(what).isEqualTo(wanted);
  }

  /** Opens many of one kind, and is done with them in all ways by turns. */
  private record Abandoning(Place place, Kind kind) {

    /** Returns how many processes were let go of. */
    int run(int count) throws Exception {
      CapturedLog.warningsOnly();
      List<Way> ways = Arrays.stream(Way.values()).filter(way -> way.kind() == kind).toList();
      List<Way> all = IntStream.range(0, count).mapToObj(i -> ways.get(i % ways.size())).toList();
      ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
      try {
        for (int begun = 0; begun < count; begun += BATCH) {
          run(all.subList(begun, Math.min(count, begun + BATCH)), threads);
        }
      } finally {
        threads.shutdownNow();
      }
      return (int) all.stream().filter(Way::letsGo).count();
    }

    private void run(List<Way> batch, ExecutorService threads) throws Exception {
      CapturedLog.clear();
      List<Future<?>> running = new ArrayList<>();
      batch.forEach(way -> running.add(threads.submit(() -> abandon(way))));
      for (Future<?> each : running) {
        each.get(60, TimeUnit.SECONDS);
      }
      running.clear();
      long forgotten = batch.stream().filter(Way::isReported).count();
      Garbage.until("all is reported", () -> Garbage.reports().size() >= forgotten);
      assertThat(Garbage.reports())
          .hasSize((int) forgotten)
          .allMatch(report -> report.contains("opened at com.example.Forgetful.opens("));
      until("processes", this::letGo, "[]");
    }

    private Way abandon(Way way) throws Exception {
      way.run(place);
      return way;
    }

    private String letGo() {
      place.letGo();
      return place.processes().toString();
    }
  }
}
