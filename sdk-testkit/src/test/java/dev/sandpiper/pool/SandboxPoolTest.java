package dev.sandpiper.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.Filesystem;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.fake.FakeCall;
import dev.sandpiper.fake.FakeSandboxes;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Garbage;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a pool does, by a time that the test drives. */
@Timeout(60)
class SandboxPoolTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final FakeSandboxes fake = new FakeSandboxes();
  private final ManualTime time = new ManualTime();
  private final List<SandboxPool<?>> pools = new ArrayList<>();

  @BeforeEach
  void clearTheLog() {
    CapturedLog.clear();
  }

  @AfterEach
  void nothingIsLeft() {
    pools.forEach(SandboxPool::close);
    assertThat(fake.pendingFailures()).isZero();
    assertThat(fake.list()).isEmpty();
  }

  private SandboxPoolBuilder<Sandbox> builder() {
    return SandboxPool.builder("test", fake, SandboxSpec.standard()).goingBy(time);
  }

  private SandboxPool<Sandbox> open(SandboxPoolBuilder<Sandbox> builder) {
    SandboxPool<Sandbox> pool = builder.build();
    pools.add(pool);
    return pool;
  }

  private static void awaitWarm(SandboxPool<?> pool, int count) {
    Patience.until(
        count + " warm", () -> pool.counts().warm() == count && pool.counts().creating() == 0);
  }

  private static <T> CompletableFuture<T> begin(Supplier<T> call) {
    return CompletableFuture.supplyAsync(call, task -> new Thread(task, "caller").start());
  }

  private static void awaitWaiting(SandboxPool<?> pool, int count) {
    Patience.until(count + " wait", () -> pool.counts().waiting() == count);
  }

  private void fail(String operation, SandboxException failure) {
    fake.failNext(operation, failure);
  }

  private static RateLimitedException tooMany(Duration retryAfter) {
    return new RateLimitedException(
        Failure.of("create", "sandbox", "too many sandboxes").withStatus(429), retryAfter);
  }

  private long calls(String operation) {
    return fake.calls().stream().map(FakeCall::operation).filter(operation::equals).count();
  }

  @Test
  void aWarmSandboxIsLeasedOnceKilledAndReplaced() {
    // No more than are warm: a new one might be there before a warm one is checked.
    SandboxPool<Sandbox> pool = open(builder().warm(2).maximum(2));
    awaitWarm(pool, 2);
    String first;
    try (SandboxLease<Sandbox> lease = pool.lease()) {
      first = lease.sandbox().id();
      assertThat(fake.calls()).extracting(FakeCall::operation).contains("connect");
      assertThat(lease.remaining()).isEqualTo(Duration.ofMinutes(10));
    }
    Patience.until("it is killed", () -> pool.counts().killed() == 1);
    awaitWarm(pool, 2);
    assertThat(fake.list()).extracting(info -> info.id()).hasSize(2).doesNotContain(first);
    assertThat(pool.counts().leases()).isEqualTo(1);
  }

  @Test
  void eachSandboxHasTheLabelsOfItsPool() {
    SandboxPool<Sandbox> pool = open(builder());
    awaitWarm(pool, 1);
    PoolTag tag = PoolTag.of(fake.list().iterator().next().labels()).orElseThrow();
    assertThat(tag.owner()).isEqualTo("test");
    assertThat(tag.instance()).isEqualTo(pool.instance());
    assertThat(tag.isOverdue(time.now().plus(Duration.ofMinutes(44)))).isFalse();
    assertThat(tag.isOverdue(time.now().plus(Duration.ofMinutes(46)))).isTrue();
  }

  @Test
  void callersGetSandboxesInTheOrderInWhichTheyAsked() {
    SandboxPool<Sandbox> pool = open(builder().warm(0).maximum(1));
    SandboxLease<Sandbox> held = pool.lease();
    CompletableFuture<SandboxLease<Sandbox>> first = begin(pool::lease);
    awaitWaiting(pool, 1);
    CompletableFuture<SandboxLease<Sandbox>> second = begin(pool::lease);
    awaitWaiting(pool, 2);
    held.close();
    SandboxLease<Sandbox> next = first.join();
    assertThat(second).isNotDone();
    next.close();
    second.join().close();
    assertThat(pool.counts().created()).isEqualTo(3);
  }

  @Test
  void aRefusalForTheRateIsWaitedOutAsLongAsThePlatformSays() {
    fail("create", tooMany(Duration.ofSeconds(20)));
    SandboxPool<Sandbox> pool = open(builder().warm(0));
    CompletableFuture<SandboxLease<Sandbox>> caller = begin(pool::lease);
    time.awaitWait(Duration.ofSeconds(20));
    time.advance(Duration.ofSeconds(19));
    assertThat(calls("create")).isEqualTo(1);
    assertThat(caller).isNotDone();
    time.advance(SECOND);
    caller.join().close();
    assertThat(pool.counts().failedCreations()).isEqualTo(1);
  }

  @Test
  void whoWaitsInVainSeesWhatKeptThePoolFromCreating() {
    fail("create", tooMany(Duration.ofMinutes(3)));
    SandboxPool<Sandbox> pool = open(builder().warm(0));
    CompletableFuture<Throwable> caller = begin(() -> catching(() -> pool.lease(MINUTE)));
    time.awaitWait(Duration.ofMinutes(3));
    time.advance(MINUTE);
    assertThat(caller.join())
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessage(
            "lease test: no sandbox was free within the wait limit of 60 s: 0 of at most 10 exist,"
                + " 0 of them leased, and 0 callers are waiting; the last failure was create"
                + " sandbox: too many sandboxes (429)")
        .hasCauseInstanceOf(RateLimitedException.class);
    assertThat(pool.counts().waiting()).isZero();
  }

  private static Throwable catching(Runnable call) {
    try {
      call.run();
      throw new AssertionError("it did not fail");
    } catch (SandboxException | IllegalStateException e) {
      return e;
    }
  }

  @Test
  void aFailureForGoodFailsAllCallersAtOnceAndTheNextOneAsksAnew() {
    fail("create", tooMany(Duration.ofSeconds(30)));
    SandboxPool<Sandbox> pool = open(builder().warm(0));
    CompletableFuture<Throwable> one = begin(() -> catching(pool::lease));
    time.awaitWait(Duration.ofSeconds(30));
    CompletableFuture<Throwable> two = begin(() -> catching(pool::lease));
    awaitWaiting(pool, 2);
    fail("create", new AuthenticationException(Failure.of("create", "sandbox", "bad key"), null));
    time.advance(Duration.ofSeconds(30));
    assertThat(one.join()).isInstanceOf(AuthenticationException.class).isNotSameAs(two.join());
    assertThat(two.join()).hasMessage("lease test: bad key");
    pool.lease().close();
  }

  @Test
  void otherFailuresAreTriedAgainAfterPausesThatGrow() {
    for (int i = 0; i < 3; i++) {
      fail("create", new PlatformException(Failure.of("create", "x", "500")));
    }
    SandboxPool<Sandbox> pool = open(builder().warm(0));
    CompletableFuture<SandboxLease<Sandbox>> caller = begin(pool::lease);
    time.passUntilDone(caller, Duration.ofSeconds(10)).close();
    assertThat(pool.counts().failedCreations()).isEqualTo(3);
    assertThat(pool.counts().uncertainCreations()).isEqualTo(3);
  }

  @Test
  void aSandboxThatDiedInThePoolIsReplacedBeforeItIsHandedOut() {
    SandboxPool<Sandbox> pool = open(builder().warm(1));
    awaitWarm(pool, 1);
    String dead = fake.list().iterator().next().id();
    fake.kill(dead);
    try (SandboxLease<Sandbox> lease = pool.lease()) {
      assertThat(lease.sandbox().id()).isNotEqualTo(dead);
    }
    Patience.until("it is missed", () -> pool.counts().gone() == 1);
    assertThat(pool.counts().failedChecks()).isEqualTo(1);
  }

  @Test
  void aSandboxThatDoesNotPassTheCheckIsNeverHandedOut() {
    List<String> refused = new ArrayList<>();
    SandboxPool<Sandbox> pool =
        open(builder().warm(0).check(sandbox -> !refused.isEmpty() || !refused.add(sandbox.id())));
    CompletableFuture<SandboxLease<Sandbox>> caller = begin(pool::lease);
    try (SandboxLease<Sandbox> lease = time.passUntilDone(caller, Duration.ofSeconds(2))) {
      assertThat(refused).hasSize(1).doesNotContain(lease.sandbox().id());
    }
  }

  @Test
  void whatIsWarmIsProlongedBeforeHalfOfItsTimeIsOverAndReplacedWhenItIsOld() {
    SandboxPool<Sandbox> pool =
        open(builder().warm(1).leaseLimit(MINUTE).maximumAge(Duration.ofMinutes(8)));
    awaitWarm(pool, 1);
    String id = fake.list().iterator().next().id();
    for (int second = 0; second < 150; second++) {
      time.advance(SECOND);
    }
    assertThat(calls("connect")).isZero();
    time.advance(SECOND);
    Patience.until("it is prolonged", () -> calls("connect") == 1 && pool.counts().warm() == 1);
    for (int second = 0; second < 400; second++) {
      time.advance(SECOND);
      Patience.until("nothing is being done", () -> pool.counts().checking() == 0);
    }
    Patience.until("it is replaced", () -> pool.counts().killed() == 1);
    awaitWarm(pool, 1);
    assertThat(fake.list()).extracting(info -> info.id()).doesNotContain(id);
  }

  @Test
  void aLeaseEndsByItselfAndCallsThenSaySo() {
    SandboxPool<Sandbox> pool = open(builder().warm(0));
    SandboxLease<Sandbox> lease = pool.lease();
    Sandbox sandbox = lease.sandbox();
    Filesystem files = sandbox.files();
    files.writeText("a", "b");
    time.advance(Duration.ofMinutes(10));
    Patience.until("it is killed", () -> pool.counts().killed() == 1);
    String reason =
        "lease "
            + sandbox.id()
            + ": the lease ended at its limit of 600 s (the pool's leaseLimit); take a new lease";
    for (Runnable call :
        List.<Runnable>of(lease::sandbox, () -> files.readText("a"), () -> sandbox.exec("true"))) {
      assertThatThrownBy(call::run)
          .isInstanceOf(SandboxNotRunningException.class)
          .hasMessage(reason);
    }
    assertThat(lease.remaining()).isZero();
    assertThat(pool.counts().expiredLeases()).isEqualTo(1);
    lease.close();
  }

  @Test
  void whereMoreUsesAreAllowedTheEarlierCallerIsShutOut() {
    SandboxPool<Sandbox> pool = open(builder().warm(0).maximum(1).uses(2));
    SandboxLease<Sandbox> first = pool.lease();
    Sandbox kept = first.sandbox();
    first.close();
    SandboxLease<Sandbox> second = pool.lease();
    assertThat(second.sandbox().id()).isEqualTo(kept.id());
    assertThatThrownBy(kept::files).hasMessageContaining("the lease was closed");
    assertThatThrownBy(second.sandbox()::detach).hasMessageContaining("belongs to its pool");
    second.sandbox().close(); // closes the lease
    try (SandboxLease<Sandbox> third = pool.lease()) {
      assertThat(third.sandbox().id()).isNotEqualTo(kept.id());
      third.discard();
    }
    Patience.until("both are killed", () -> pool.counts().killed() == 2);
  }

  @Test
  void aPoolThatNobodyAsksKeepsNothingWarm() {
    SandboxPool<Sandbox> pool = open(builder().warm(2).idleLimit(MINUTE));
    awaitWarm(pool, 2);
    time.advance(MINUTE);
    Patience.until("all are killed", () -> pool.counts().killed() == 2);
    assertThat(fake.list()).isEmpty();
    pool.lease().close();
    awaitWarm(pool, 2);
  }

  @Test
  void anInterruptFreesACallerAndWhatComesForItStaysInThePool() throws Exception {
    CountDownLatch created = new CountDownLatch(1);
    SandboxPool<Sandbox> pool = open(builder().warm(0).check(sandbox -> awaited(created)));
    AtomicBoolean flag = new AtomicBoolean();
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              Throwable thrown = catching(pool::lease);
              flag.set(Thread.currentThread().isInterrupted());
              failure.complete(thrown);
            });
    caller.start();
    awaitWaiting(pool, 1);
    caller.interrupt();
    assertThat(failure.join()).isInstanceOf(CancelledException.class);
    assertThat(flag).isTrue();
    created.countDown();
    awaitWarm(pool, 1);
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Test
  void closingFreesCallersEndsLeasesAndKillsEverything() {
    SandboxPool<Sandbox> pool = open(builder().warm(1).maximum(2));
    SandboxLease<Sandbox> lease = pool.lease();
    SandboxLease<Sandbox> other = pool.lease();
    CompletableFuture<Throwable> caller = begin(() -> catching(pool::lease));
    awaitWaiting(pool, 1);
    pool.close();
    pool.close();
    assertThat(caller.join())
        .isInstanceOf(CancelledException.class)
        .hasMessage("lease test: the pool was closed");
    assertThatThrownBy(other::sandbox).hasMessageContaining("the pool was closed");
    assertThat(fake.list()).isEmpty();
    assertThat(pool.counts().killed()).isEqualTo(2);
    assertThatThrownBy(pool::lease).isInstanceOf(IllegalStateException.class);
    lease.close();
  }

  @Test
  void aSandboxThatComesAfterTheCloseIsKilled() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    SandboxPool<Sandbox> pool =
        SandboxPool.<Sandbox>builder(
                "test",
                fake,
                SandboxSpec.standard(),
                spec -> {
                  begun.countDown();
                  boolean unused = awaited(go); // the interrupt comes five seconds after the close
                  return fake.create(spec);
                })
            .goingBy(time)
            .build();
    assertThat(awaited(begun)).isTrue();
    CompletableFuture<Boolean> closer =
        begin(
            () -> {
              pool.close();
              return true;
            });
    time.awaitWait(Duration.ofSeconds(5));
    assertThat(time.passUntilDone(closer, Duration.ofSeconds(20))).isTrue();
    assertThat(pool.counts().created()).isEqualTo(1);
    assertThat(pool.counts().killed()).isEqualTo(1);
  }

  @Test
  void aKillThatFailsIsTriedAgain() {
    SandboxPool<Sandbox> pool = open(builder().warm(0));
    SandboxLease<Sandbox> lease = pool.lease();
    fail("kill", new PlatformException(Failure.of("kill", "x", "502")));
    lease.close();
    time.awaitWait(SECOND);
    assertThat(pool.counts().killing()).isEqualTo(1);
    time.advance(SECOND);
    Patience.until("it is killed", () -> pool.counts().killed() == 1);
    assertThat(pool.counts().unconfirmedKills()).isZero();
  }

  @Test
  void aLeaseThatBecomesGarbageIsReportedAndItsSandboxKilled() {
    SandboxPool<Sandbox> pool = open(builder().warm(0));
    String id = pool.lease().sandbox().id();
    Garbage.until("the lease is found", () -> pool.counts().abandonedLeases() == 1);
    Patience.until("it is killed", () -> pool.counts().killed() == 1);
    Patience.until("it is reported", () -> isReported("the lease of sandbox " + id));
  }

  /** Other tests of this JVM leave garbage too. */
  private static boolean isReported(String what) {
    return Garbage.reports().stream().anyMatch(report -> report.contains(what));
  }

  @Test
  void aPoolThatBecomesGarbageIsReportedAndClosed() {
    builder().warm(2).build();
    Garbage.until("the pool is found", () -> isReported("the pool of test was garbage-collected"));
    Patience.until("all are killed", () -> !fake.list().iterator().hasNext());
  }

  @Test
  void aTemplateThatDoesNotExistFailsTheCallerAtOnce() {
    fail(
        "create",
        new NotFoundException(
            NotFoundException.What.TEMPLATE, Failure.of("create", "nosuch", "no such template")));
    SandboxPool<Sandbox> pool = open(builder().warm(0));
    assertThatThrownBy(pool::lease)
        .isInstanceOf(NotFoundException.class)
        .hasMessage("lease test: no such template");
  }

  @Test
  void badOptionsAreRefused() {
    assertThatThrownBy(() -> SandboxPool.builder("a b", fake, SandboxSpec.standard()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder().warm(11).build())
        .hasMessage("warm must be at most maximum: 11 > 10");
    assertThatThrownBy(() -> builder().maximum(0)).hasMessageContaining("1 to 10000: 0");
    assertThatThrownBy(
            () -> SandboxPool.builder("test", fake, SandboxSpec.standard(), fake::create).uses(2))
        .hasMessageContaining("uses must be 1");
  }
}
