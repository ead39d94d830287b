package dev.sandpiper.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.PlatformException;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.pool.Reclaimed.Outcome;
import dev.sandpiper.testing.Patience;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a JVM with a pool leaves when it is killed, and when it ends in order. */
@Timeout(120)
@ParameterizedClass
@EnumSource(PoolPlatform.class)
class PoolReclaimTest {
  private static final String OWNER = "worker-1";

  private final PoolPlatform platform;
  private LocalSandboxes local;
  private SandboxClient client;

  PoolReclaimTest(PoolPlatform platform) {
    this.platform = platform;
  }

  /** Has two warm sandboxes and a leased one, and ends when its input does. */
  public static final class Worker {
    private Worker() {}

    public static void main(String[] arguments) throws IOException {
      PrintStream out = new PrintStream(System.out, true, UTF_8);
      SandboxClient client = PoolPlatform.valueOf(arguments[0]).client(System.getenv());
      SandboxPool<Sandbox> pool =
          SandboxPool.builder(OWNER, client, SandboxSpec.standard()).warm(2).build();
      SandboxLease<Sandbox> lease = pool.lease();
      Patience.until("two are warm", () -> pool.counts().warm() == 2);
      out.println(pool.instance());
      int unused = System.in.read();
      System.exit(lease.remaining().isZero() ? 1 : 0);
    }
  }

  @BeforeEach
  void start() {
    local = LocalSandboxes.start();
    client = platform.client(platform.environment(local));
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(PoolPlatform.living(client)).isEmpty();
    client.close();
    local.close();
  }

  private java.lang.Process worker() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-classpath",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Worker.class.getName(),
                platform.name())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(platform.environment(local));
    return builder.start();
  }

  private static String instanceOf(java.lang.Process worker) throws IOException {
    BufferedReader out = new BufferedReader(new InputStreamReader(worker.getInputStream(), UTF_8));
    return String.valueOf(out.readLine());
  }

  @Test
  void whatAKilledJvmLeavesIsFoundAndNothingElseIsKilled() throws Exception {
    java.lang.Process worker = worker();
    String dead;
    try {
      dead = instanceOf(worker);
    } finally {
      worker.destroyForcibly().waitFor();
    }
    try (Sandbox foreign = client.create(SandboxSpec.standard().label(PoolTag.OWNER, OWNER));
        SandboxPool<Sandbox> live =
            SandboxPool.builder(OWNER, client, SandboxSpec.standard()).build()) {
      Patience.until("one is warm", () -> live.counts().warm() == 1);
      assertThat(PoolPlatform.living(client)).hasSize(5);

      assertThat(SandboxPool.reclaim(client, "worker-2", tag -> true)).isEmpty();
      assertThat(SandboxPool.reclaim(client, OWNER, tag -> false))
          .extracting(Reclaimed::outcome)
          .containsOnly(Outcome.SPARED)
          .hasSize(4);
      List<Reclaimed> done = SandboxPool.reclaim(client, OWNER, tag -> true);
      assertThat(done)
          .filteredOn(each -> each.outcome() == Outcome.KILLED)
          .hasSize(3)
          .allSatisfy(each -> assertThat(each.tag().orElseThrow().instance()).isEqualTo(dead));
      assertThat(done).filteredOn(each -> each.outcome() == Outcome.SPARED).hasSize(1);

      assertThat(PoolPlatform.living(client)).hasSize(2).contains(foreign.id());
      try (SandboxLease<Sandbox> lease = live.lease()) {
        assertThat(lease.sandbox().exec("echo", "alive").outText()).isEqualTo("alive\n");
      }
    }
  }

  @Test
  void aJvmThatEndsInOrderLeavesNothing() throws Exception {
    java.lang.Process worker = worker();
    try {
      assertThat(instanceOf(worker)).startsWith("sp-");
      assertThat(PoolPlatform.living(client)).hasSize(3);
      worker.getOutputStream().close();
      assertThat(worker.waitFor()).isZero();
    } finally {
      worker.destroyForcibly();
    }
    assertThat(PoolPlatform.living(client)).isEmpty();
  }

  @Test
  void aListThatLiesKillsNothing() throws IOException {
    String address = platform.address(platform.environment(local));
    try (FaultProxy proxy = FaultProxy.inFrontOf(address);
        SandboxClient deceived = platform.clientAt(proxy.url(), local);
        Sandbox foreign = client.create(SandboxSpec.standard())) {
      proxy.inject("GET ", Fault.answer(200, json(), lie(foreign.id())));
      assertThat(SandboxPool.reclaim(deceived, OWNER, tag -> true))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.id()).isEqualTo(foreign.id());
                assertThat(one.outcome()).isEqualTo(Outcome.NOT_OURS);
              });
      assertThat(foreign.exec("true").exit().isSuccess()).isTrue();
    }
  }

  private static Map<String, String> json() {
    return Map.of("Content-Type", "application/json");
  }

  /** A page of the list that gives a sandbox the labels of a pool, which it does not have. */
  private String lie(String id) {
    String labels =
        Map.of(PoolTag.OWNER, OWNER, PoolTag.INSTANCE, "sp-1", PoolTag.ENDS, "1")
            .entrySet()
            .stream()
            .collect(
                toMap(each -> "\"" + each.getKey() + "\"", each -> "\"" + each.getValue() + "\""))
            .toString()
            .replace('=', ':');
    String one =
        platform == PoolPlatform.E2B
            ? "{\"sandboxID\":\"%s\",\"state\":\"running\",\"metadata\":%s}"
            : "{\"metadata\":{\"name\":\"%s\",\"labels\":%s},\"status\":\"DEPLOYED\"}";
    return "[" + one.formatted(id, labels) + "]";
  }

  @Test
  void whatCannotBeFoundOutIsSaid() throws IOException {
    String address = platform.address(platform.environment(local));
    PoolTag tag = new PoolTag(OWNER, "sp-1", Instant.EPOCH);
    try (FaultProxy proxy = FaultProxy.inFrontOf(address);
        SandboxClient hindered = platform.clientAt(proxy.url(), local);
        Sandbox left = client.create(tag.on(SandboxSpec.standard()))) {
      proxy.inject("DELETE ", Fault.answer(500, Map.of(), "{}"));
      assertThat(SandboxPool.reclaim(hindered, OWNER, PoolReclaimTest::isOverdue))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.outcome()).isEqualTo(Outcome.UNKNOWN);
                assertThat(one.failure()).containsInstanceOf(PlatformException.class);
              });
      assertThat(SandboxPool.reclaim(hindered, OWNER, PoolReclaimTest::isOverdue))
          .extracting(Reclaimed::outcome)
          .containsExactly(Outcome.KILLED);
      proxy.inject("GET ", Fault.answer(503, Map.of(), "{}"));
      assertThatThrownBy(() -> SandboxPool.reclaim(hindered, OWNER, each -> true))
          .isInstanceOf(PlatformException.class);
      assertThat(PoolPlatform.living(client)).doesNotContain(left.id());
    }
  }

  private static boolean isOverdue(PoolTag tag) {
    return tag.isOverdue(Instant.now());
  }
}
