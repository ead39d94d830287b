package dev.sandpiper.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.Patience;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Pools on the embedded platforms, whose control plane does not always do as it is asked. */
@Timeout(300)
@ParameterizedClass
@EnumSource(PoolPlatform.class)
class PoolOnPlatformsTest {
  private static final String CREATE = "POST ";

  private final PoolPlatform platform;
  private LocalSandboxes local;
  private SandboxClient direct;
  private FaultProxy proxy;
  private SandboxClient client;

  PoolOnPlatformsTest(PoolPlatform platform) {
    this.platform = platform;
  }

  @BeforeEach
  void start() {
    local = LocalSandboxes.start();
    Map<String, String> environment = platform.environment(local);
    direct = platform.client(environment);
    proxy = FaultProxy.inFrontOf(platform.address(environment));
    client = platform.clientAt(proxy.url(), local);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    assertThat(PoolPlatform.living(direct)).isEmpty();
    client.close();
    proxy.close();
    direct.close();
    local.close();
  }

  private SandboxPoolBuilder<Sandbox> builder() {
    return SandboxPool.builder("test", client, SandboxSpec.standard());
  }

  @Test
  void aRefusalForTheRateIsWaitedOutByThePlatformsWord() {
    ManualTime time = new ManualTime();
    proxy.inject(CREATE, Fault.answer(429, Map.of("Retry-After", "40"), "{}"));
    try (SandboxPool<Sandbox> pool = builder().warm(0).goingBy(time).build()) {
      CompletableFuture<String> caller = CompletableFuture.supplyAsync(() -> answer(pool));
      time.pass(Duration.ofSeconds(40));
      assertThat(caller.join()).isEqualTo("alive\n");
      assertThat(pool.counts().failedCreations()).isEqualTo(1);
      assertThat(proxy.injections()).isEqualTo(1);
    }
  }

  private static String answer(SandboxPool<Sandbox> pool) {
    try (SandboxLease<Sandbox> lease = pool.lease()) {
      return lease.sandbox().exec("echo", "alive").outText();
    }
  }

  @Test
  void aSandboxThatDiedInThePoolIsNotHandedOut() {
    try (SandboxPool<Sandbox> pool = builder().warm(1).build()) {
      Patience.until("one is warm", () -> pool.counts().warm() == 1);
      assertThat(direct.kill(direct.list().iterator().next().id())).isTrue();
      assertThat(answer(pool)).isEqualTo("alive\n");
      assertThat(pool.counts().failedChecks()).isEqualTo(1);
    }
  }

  @Test
  void aCreationWhoseAnswerIsLostIsNotMadeTwice() {
    proxy.inject(CREATE, Fault.cut());
    try (SandboxPool<Sandbox> pool = builder().warm(1).build()) {
      Patience.until("one is warm", () -> pool.counts().warm() == 1);
      assertThat(PoolPlatform.living(direct)).hasSize(1);
      assertThat(proxy.injections()).isEqualTo(1);
    }
  }

  @Test
  void aCreationThatIsAnsweredAfterTheCloseIsKilled() {
    proxy.inject(CREATE, Fault.delay(Duration.ofSeconds(1)));
    SandboxPool<Sandbox> pool = builder().warm(1).build();
    Patience.until("the platform has it", () -> direct.list().iterator().hasNext());
    assertThat(pool.counts().creating()).isEqualTo(1);
    pool.close();
    assertThat(pool.counts().killed()).isEqualTo(1);
  }

  @Test
  void manyCallersShareFewSandboxesAndNothingLeaks() throws Exception {
    int users = Integer.getInteger("sandpiper.pool.users", 16);
    int sandboxes = Integer.getInteger("sandpiper.pool.sandboxes", 4);
    List<Long> waits = Collections.synchronizedList(new ArrayList<>());
    SandboxPool<Sandbox> pool =
        builder()
            .warm(sandboxes / 2)
            .maximum(sandboxes)
            .creationsInParallel(sandboxes)
            .waitLimit(Duration.ofMinutes(4))
            .build();
    List<Thread> threads =
        IntStream.range(0, users)
            .mapToObj(user -> new Thread(() -> use(pool, user, sandboxes, waits), "user-" + user))
            .toList();
    threads.forEach(Thread::start);
    for (Thread each : threads) {
      each.join();
    }
    pool.close();
    PoolCounts counts = pool.counts();
    assertThat(waits).hasSize(users);
    assertThat(counts.leases()).isEqualTo(users);
    assertThat(counts.killed()).isEqualTo(counts.created()).isGreaterThanOrEqualTo(users);
    assertThat(counts.unconfirmedKills()).isZero();
    assertThat(PoolPlatform.living(direct)).isEmpty();
    report(sandboxes, waits, counts);
  }

  private static void use(SandboxPool<Sandbox> pool, int user, int sandboxes, List<Long> waits) {
    long began = System.nanoTime();
    try (SandboxLease<Sandbox> lease = pool.lease()) {
      long waited = System.nanoTime() - began;
      assertThat(pool.counts().leased()).isLessThanOrEqualTo(sandboxes);
      String text = lease.sandbox().shell("echo " + user + " > mine; cat mine").outText();
      assertThat(text).isEqualTo(user + "\n");
      waits.add(waited);
    }
  }

  private void report(int sandboxes, List<Long> waits, PoolCounts counts) {
    List<Long> sorted = waits.stream().sorted().map(nanos -> nanos / 1_000_000).toList();
    String line =
        "%s: %d users on %d sandboxes waited %d ms (median), %d ms (p99), %d ms at most; %s"
            .formatted(
                platform,
                sorted.size(),
                sandboxes,
                sorted.get(sorted.size() / 2),
                sorted.get((sorted.size() * 99 - 1) / 100),
                sorted.get(sorted.size() - 1),
                counts);
    if (Boolean.getBoolean("sandpiper.pool.report")) {
      System.out.println(line);
    }
  }
}
