package dev.sandpiper.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.fake.FakeSandboxes;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many callers at once, by the time of this machine. */
@Timeout(60)
class PoolCrowdTest {
  private static final int CALLERS = 12;

  private final FakeSandboxes fake = new FakeSandboxes();

  private SandboxPoolBuilder<Sandbox> builder() {
    return SandboxPool.builder("crowd", fake, SandboxSpec.standard()).warm(3).maximum(3);
  }

  private static List<CompletableFuture<Void>> callers(Runnable each) {
    return IntStream.range(0, CALLERS)
        .mapToObj(i -> CompletableFuture.runAsync(each, task -> new Thread(task, "caller").start()))
        .toList();
  }

  @Test
  void callersThatGiveUpInTheMomentOfTheHandOutLoseNoSandbox() {
    AtomicInteger leases = new AtomicInteger();
    AtomicInteger late = new AtomicInteger();
    try (SandboxPool<Sandbox> pool = builder().uses(10_000).build()) {
      Runnable impatient =
          () -> {
            for (int i = 0; i < 200; i++) {
              long limit = ThreadLocalRandom.current().nextLong(1, 400_000);
              try (SandboxLease<Sandbox> lease = pool.lease(Duration.ofNanos(limit))) {
                assertThat(lease.sandbox().id()).startsWith("fake-");
                leases.incrementAndGet();
              } catch (DeadlineExceededException e) {
                late.incrementAndGet();
              }
            }
          };
      callers(impatient).forEach(CompletableFuture::join);
      assertThat(leases.get() + late.get()).isEqualTo(CALLERS * 200);
      Patience.until("all are back", () -> pool.counts().warm() == 3);
      assertThat(pool.counts().leases()).isEqualTo(leases.get());
      List<SandboxLease<Sandbox>> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        all.add(pool.lease());
      }
      assertThat(pool.counts().created()).isEqualTo(3);
      all.forEach(SandboxLease::close);
    }
    assertThat(leases).hasPositiveValue();
    assertThat(late).hasPositiveValue();
    assertThat(fake.list()).isEmpty();
  }

  @Test
  void aPoolThatIsClosedInTheMiddleOfTheCrowdLeavesNothing() {
    for (int round = 0; round < 20; round++) {
      SandboxPool<Sandbox> pool = builder().build();
      AtomicInteger leases = new AtomicInteger();
      Runnable untilItIsClosed =
          () -> {
            while (true) {
              try {
                pool.lease().close();
                leases.incrementAndGet();
              } catch (CancelledException | IllegalStateException e) {
                return;
              }
            }
          };
      List<CompletableFuture<Void>> callers = callers(untilItIsClosed);
      Patience.until("some were served", () -> leases.get() > 10);
      pool.close();
      callers.forEach(CompletableFuture::join);
      assertThat(fake.list()).isEmpty();
      assertThat(pool.counts().killed()).isEqualTo(pool.counts().created());
    }
  }

  @Test
  void whatACreatorThrowsFailsTheCallerAndThePoolGoesOn() {
    AtomicInteger calls = new AtomicInteger();
    try (SandboxPool<Sandbox> pool =
        SandboxPool.<Sandbox>builder(
                "crowd",
                fake,
                SandboxSpec.standard(),
                spec -> {
                  if (calls.incrementAndGet() == 1) {
                    throw new AssertionError("token 4711");
                  }
                  return fake.create(spec);
                })
            .warm(0)
            .build()) {
      assertThatThrownBy(pool::lease)
          .isInstanceOf(PlatformException.class)
          .hasMessage("lease crowd: creating a sandbox threw java.lang.AssertionError");
      pool.lease().close();
    }
    assertThat(fake.list()).isEmpty();
  }

  @Test
  void aPoolThatIsClosedBehindItsClientSaysWhatMayLiveOn() {
    SandboxPool<Sandbox> pool = builder().build();
    Patience.until("three are warm", () -> pool.counts().warm() == 3);
    fake.close();
    pool.close();
    assertThat(pool.counts().unconfirmedKills()).isEqualTo(3);
  }

  @Test
  void anInterruptedThreadClosesAPoolWhollyAndStaysInterrupted() {
    SandboxPool<Sandbox> pool = builder().build();
    Patience.until("three are warm", () -> pool.counts().warm() == 3);
    Thread.currentThread().interrupt();
    pool.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(fake.list()).isEmpty();
  }
}
