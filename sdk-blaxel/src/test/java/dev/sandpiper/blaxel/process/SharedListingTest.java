package dev.sandpiper.blaxel.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.testing.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SharedListingTest {
  private static final Failure ABOUT = Failure.of("follow", "commands", "");
  private static final int MANY = 20;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger begun = new AtomicInteger();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final SharedListing listing = new SharedListing(this::list);
  private volatile @Nullable SandboxException failure;

  /** The first waits at the gate; each says which it is. */
  private Map<String, Long> list(CallScope scope) {
    long number = begun.incrementAndGet();
    if (number == 1) {
      CompletableFuture<Void> open = CompletableFuture.runAsync(this::awaitGate, threads);
      scope.await(open, ABOUT);
    }
    SandboxException told = failure;
    if (told != null) {
      throw told;
    }
    return Map.of("number", number);
  }

  private void awaitGate() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Future<Map<String, Long>> ask(CallScope scope) {
    return threads.submit(() -> listing.get(scope, ABOUT));
  }

  private List<Future<Map<String, Long>>> askOften() {
    List<Future<Map<String, Long>>> all = new ArrayList<>();
    CountDownLatch asked = new CountDownLatch(MANY);
    for (int i = 0; i < MANY; i++) {
      all.add(
          threads.submit(
              () -> {
                asked.countDown();
                return listing.get(CallScope.open(), ABOUT);
              }));
    }
    try {
      asked.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return all;
  }

  @AfterEach
  void end() {
    gate.countDown();
    threads.shutdownNow();
  }

  @Test
  void allWhoAskWhileAListingIsOnItsWayShareTheNext() throws Exception {
    Future<Map<String, Long>> first = ask(CallScope.open());
    Patience.until("it is asked for", () -> begun.get() == 1);
    List<Future<Map<String, Long>>> others = askOften();
    gate.countDown();

    assertThat(first.get()).containsEntry("number", 1L);
    for (Future<Map<String, Long>> other : others) {
      assertThat(other.get().get("number")).as("what was there after it asked").isGreaterThan(1);
    }
    assertThat(begun.get()).isLessThan(MANY);
  }

  @Test
  void aFailureIsThatOfAllWhoShareIt() throws Exception {
    Future<Map<String, Long>> first = ask(CallScope.open());
    Patience.until("it is asked for", () -> begun.get() == 1);
    failure = new PlatformException(ABOUT.withObserved("bad gateway"));
    List<Future<Map<String, Long>>> others = askOften();
    gate.countDown();

    assertThatThrownBy(first::get).isInstanceOf(ExecutionException.class);
    for (Future<Map<String, Long>> other : others) {
      assertThatThrownBy(other::get).hasRootCauseInstanceOf(PlatformException.class);
    }
  }

  @Test
  void oneWhoGivesUpTakesNothingFromTheOthers() throws Exception {
    CallScope scope = CallScope.open();
    Future<Map<String, Long>> first = ask(scope);
    Patience.until("it is asked for", () -> begun.get() == 1);
    List<Future<Map<String, Long>>> others = askOften();
    scope.cancel();

    assertThatThrownBy(first::get).hasCauseInstanceOf(CancelledException.class);
    for (Future<Map<String, Long>> other : others) {
      assertThat(other.get()).containsKey("number");
    }
  }
}
