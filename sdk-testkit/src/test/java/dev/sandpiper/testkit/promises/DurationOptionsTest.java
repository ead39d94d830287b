package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.EventStream;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClientBuilder;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.agent.ToolOptions;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelClientBuilder;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.blaxel.BlaxelSandboxSpec;
import dev.sandpiper.blaxel.BlaxelSandboxSpec.Expiration;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bClientBuilder;
import dev.sandpiper.e2b.E2bUrlOptions;
import dev.sandpiper.e2b.sessions.Session;
import dev.sandpiper.e2b.sessions.SessionsClient;
import dev.sandpiper.e2b.sessions.SessionsClientBuilder;
import dev.sandpiper.fake.FakeRun;
import dev.sandpiper.fake.FakeSandboxes;
import dev.sandpiper.interpreter.CodeRequest;
import dev.sandpiper.pool.SandboxLease;
import dev.sandpiper.pool.SandboxPool;
import dev.sandpiper.pool.SandboxPoolBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every duration that a caller can give means what it says, or is refused where it is given. */
class DurationOptionsTest extends LocalE2bTest {
  private static final List<Duration> ENDLESS =
      List.of(ChronoUnit.FOREVER.getDuration(), Duration.ofSeconds(Long.MAX_VALUE));
  private static final Duration NEGATIVE = Duration.ofNanos(-1);

  /**
   * Durations that somebody else has measured, one of a verb that is always refused, and one of a
   * verb that only the real platform has.
   */
  private static final Set<String> NO_OPTIONS =
      Set.of(
          "dev.sandpiper.e2b.sessions.Session expireIn",
          "dev.sandpiper.agent.ToolListener onResult",
          "dev.sandpiper.interpreter.Execution of",
          "dev.sandpiper.interpreter.ExecutionDeadlineException new",
          "dev.sandpiper.DeadlineExceededException new",
          "dev.sandpiper.blaxel.BlaxelSandbox previewEndpoint",
          "dev.sandpiper.ExecResult new",
          "dev.sandpiper.RetryDecision new",
          "dev.sandpiper.RateLimitedException new",
          "dev.sandpiper.ServiceBusyException new");

  private static BlaxelClient blaxel;

  private final Map<String, Option> options = new LinkedHashMap<>();
  private BlaxelSandbox blaxelSandbox;

  @FunctionalInterface
  private interface Use {
    void with(Duration duration) throws Exception;
  }

  private record Option(Use use, boolean takesZero, boolean takesNegative) {}

  @BeforeAll
  static void connectToBlaxel() {
    blaxel = local.blaxelClient();
  }

  @AfterAll
  static void disconnect() {
    blaxel.close();
  }

  @BeforeEach
  void listThem() {
    blaxelSandbox = blaxel.create(SandboxSpec.standard());
    positive("dev.sandpiper.Command timeout", limit -> run(Command.of("true").timeout(limit)));
    positive("dev.sandpiper.SandboxSpec timeToLive", this::createBoth);
    any("dev.sandpiper.EventStream next", this::readWithin);
    any("dev.sandpiper.Process waitFor", this::waitOnE2b);
    any("dev.sandpiper.blaxel.BlaxelProcess waitFor", this::waitOnBlaxel);
    positive("dev.sandpiper.Sandbox expireIn", sandbox::expireIn);
    positive("dev.sandpiper.e2b.E2bSandbox expireIn", sandbox::expireIn);
    positive("dev.sandpiper.e2b.E2bSandbox resume", sandbox::resume);
    positive("dev.sandpiper.e2b.E2bSandbox fork", limit -> sandbox.fork(1, limit));
    positive("dev.sandpiper.e2b.E2bTelemetry metrics", sandbox.telemetry()::metrics);
    positive("dev.sandpiper.blaxel.BlaxelSandbox expireIn", blaxelSandbox::expireIn);
    zero("dev.sandpiper.SandboxClient connect", this::connect);
    zero("dev.sandpiper.e2b.E2bClient connect", this::connect);
    zero("dev.sandpiper.blaxel.BlaxelClient connect", this::connectOnBlaxel);
    zero("dev.sandpiper.e2b.E2bUrlOptions expiringIn", this::sign);
    onAll("connectLimit", (of, limit) -> of.connectLimit(limit));
    onAll("responseLimit", (of, limit) -> of.responseLimit(limit));
    onAll("idleLimit", (of, limit) -> of.idleLimit(limit));
    zero("dev.sandpiper.RetryOptions firstPause", RetryOptions.standard()::firstPause);
    zero("dev.sandpiper.RetryOptions longestPause", RetryOptions.standard()::longestPause);
    zero(
        "dev.sandpiper.e2b.E2bClientBuilder reattachLimit",
        limit -> e2b(of -> of.reattachLimit(limit)));
    zero("dev.sandpiper.e2b.sessions.SessionsClient connect", this::connectToSession);
    positive(
        "dev.sandpiper.e2b.sessions.SessionsClientBuilder refreshInterval",
        interval -> onSessions(of -> of.refreshInterval(interval)));
    zero(
        "dev.sandpiper.e2b.sessions.SessionsClientBuilder reattachLimit",
        limit -> onSessions(of -> of.reattachLimit(limit)));
    zero("dev.sandpiper.blaxel.BlaxelCommand keepAlive", this::keepAwake);
    zero("dev.sandpiper.blaxel.BlaxelProcess waitForPorts", this::waitForPorts);
    positive(
        "dev.sandpiper.blaxel.BlaxelSandboxSpec$Expiration afterAge",
        age -> createOnBlaxel(Expiration.afterAge(age)));
    positive(
        "dev.sandpiper.blaxel.BlaxelSandboxSpec$Expiration whenIdle",
        time -> createOnBlaxel(Expiration.whenIdle(time)));
    positive(
        "dev.sandpiper.blaxel.BlaxelSandboxSpec$Expiration$Age new",
        age -> createOnBlaxel(new Expiration.Age(age)));
    positive(
        "dev.sandpiper.blaxel.BlaxelSandboxSpec$Expiration$Idle new",
        time -> createOnBlaxel(new Expiration.Idle(time)));
    ToolOptions tools = ToolOptions.standard();
    positive("dev.sandpiper.agent.ToolOptions commandLimit", tools::commandLimit);
    positive("dev.sandpiper.agent.ToolOptions longestCommandLimit", tools::longestCommandLimit);
    positive("dev.sandpiper.interpreter.CodeRequest timeout", CodeRequest.of("1")::timeout);
    positive("dev.sandpiper.pool.SandboxPool lease", limit -> lease(of -> of, limit));
    onPool(false, "leaseLimit", (of, limit) -> of.leaseLimit(limit));
    onPool(false, "maximumAge", (of, limit) -> of.maximumAge(limit));
    onPool(false, "waitLimit", (of, limit) -> of.waitLimit(limit));
    onPool(true, "idleLimit", (of, limit) -> of.idleLimit(limit));
    zero("dev.sandpiper.fake.FakeRun takes", time -> FakeRun.exits(0).takes(time));
    zero("dev.sandpiper.fake.FakeSandboxes connect", DurationOptionsTest::connectToFake);
  }

  private void onAll(
      String name, BiFunction<SandboxClientBuilder<?>, Duration, SandboxClientBuilder<?>> option) {
    zero(
        "dev.sandpiper.SandboxClientBuilder " + name,
        limit -> {
          e2b(of -> (E2bClientBuilder) option.apply(of, limit));
          onBlaxel(of -> (BlaxelClientBuilder) option.apply(of, limit));
          onSessions(of -> (SessionsClientBuilder) option.apply(of, limit));
        });
  }

  private void onPool(
      boolean takesZero,
      String name,
      BiFunction<SandboxPoolBuilder<Sandbox>, Duration, SandboxPoolBuilder<Sandbox>> option) {
    Use use = limit -> lease(of -> option.apply(of, limit), Duration.ofMinutes(1));
    String full = "dev.sandpiper.pool.SandboxPoolBuilder " + name;
    options.put(full, new Option(use, takesZero, false));
  }

  private static void lease(UnaryOperator<SandboxPoolBuilder<Sandbox>> options, Duration limit) {
    try (FakeSandboxes fake = new FakeSandboxes();
        SandboxPool<Sandbox> pool =
            options.apply(SandboxPool.builder("durations", fake, SandboxSpec.standard())).build();
        SandboxLease<Sandbox> lease = pool.lease(limit)) {
      assertThat(lease.remaining()).isPositive();
    }
  }

  private void positive(String name, Use use) {
    options.put(name, new Option(use, false, false));
  }

  private void zero(String name, Use use) {
    options.put(name, new Option(use, true, false));
  }

  private void any(String name, Use use) {
    options.put(name, new Option(use, true, true));
  }

  @Test
  void noneIsMissingHere() throws IOException {
    Set<String> inTheApi = new TreeSet<>();
    String type = "";
    for (String line : Files.readAllLines(Path.of("api.txt"))) {
      if (!line.startsWith(" ")) {
        type = line.split(" ", -1)[1];
      } else if (line.matches(".*\\(.*java\\.time\\.Duration.*")) {
        String before = line.substring(0, line.indexOf('('));
        inTheApi.add(type + " " + before.substring(before.lastIndexOf(' ') + 1));
      }
    }
    inTheApi.removeIf(name -> NO_OPTIONS.contains(name) || name.contains(".testkit."));
    assertThat(inTheApi).containsExactlyInAnyOrderElementsOf(options.keySet());
  }

  @Test
  void thatHasNoEndEndsNothing() {
    options.forEach((name, option) -> ENDLESS.forEach(endless -> take(name, option, endless)));
  }

  @Test
  void thatIsZeroIsTakenOrRefused() {
    options.forEach(
        (name, option) -> takeOrRefuse(name, option, Duration.ZERO, option.takesZero()));
  }

  @Test
  void thatIsNegativeIsTakenOrRefused() {
    options.forEach((name, option) -> takeOrRefuse(name, option, NEGATIVE, option.takesNegative()));
  }

  private static void takeOrRefuse(String name, Option option, Duration duration, boolean takes) {
    if (takes) {
      take(name, option, duration);
    } else {
      assertThatIllegalArgumentException()
          .as(name)
          .isThrownBy(() -> option.use().with(duration))
          .withMessageContaining("must ")
          .withMessageContaining(duration.toString());
    }
  }

  /** A platform may refuse what is longer than it allows; nobody else does. */
  private static void take(String name, Option option, Duration duration) {
    try {
      option.use().with(duration);
    } catch (InvalidRequestException e) {
      assertThat(e.status()).as("%s: %s", name, e.getMessage()).hasValue(400);
    } catch (Exception e) {
      throw new AssertionError(name + " of " + duration, e);
    }
  }

  private static void connectToFake(Duration timeToLive) {
    try (FakeSandboxes fake = new FakeSandboxes();
        Sandbox made = fake.create(SandboxSpec.standard())) {
      fake.connect(made.id(), timeToLive).close();
    }
  }

  private void run(Command command) {
    assertThat(sandbox.processes().exec(command).exit().isSuccess()).isTrue();
    assertThat(blaxelSandbox.processes().exec(command).exit().isSuccess()).isTrue();
  }

  private void createBoth(Duration timeToLive) {
    SandboxSpec spec = SandboxSpec.standard().timeToLive(timeToLive);
    blaxel.create(spec).close();
    client.create(spec).close();
  }

  private void createOnBlaxel(Expiration expiration) {
    blaxel.create(BlaxelSandboxSpec.of(SandboxSpec.standard()).expiration(expiration)).close();
  }

  private void readWithin(Duration limit) {
    try (Process process = sandbox.processes().start(Command.of("true"))) {
      next(process.events(), limit);
    }
    sandbox.files().makeDirectory("watched");
    try (var changes = sandbox.files().watch("watched", WatchOptions.standard())) {
      sandbox.files().write("watched/file", Content.of("text"));
      next(changes, limit);
    }
  }

  private static void next(EventStream<?> events, Duration limit) {
    try {
      events.next(limit);
    } catch (TimeoutException e) {
      assertThat(limit).isLessThan(Duration.ofDays(1));
    }
  }

  private void waitOnE2b(Duration limit) throws InterruptedException {
    try (Process process = sandbox.processes().start(Command.of("true"))) {
      process.waitFor(limit);
    }
  }

  private void waitOnBlaxel(Duration limit) throws InterruptedException {
    try (Process process = blaxelSandbox.processes().start(BlaxelCommand.of(Command.of("true")))) {
      process.waitFor(limit);
    }
  }

  private void connect(Duration timeToLive) {
    client.connect(sandbox.id(), timeToLive).close();
  }

  private void connectOnBlaxel(Duration timeToLive) {
    blaxel.connect(blaxelSandbox.id(), timeToLive).close();
  }

  private void sign(Duration lifetime) {
    sandbox.files().downloadUrl("file", E2bUrlOptions.expiringIn(lifetime));
  }

  private void e2b(UnaryOperator<E2bClientBuilder> option) {
    try (E2bClient other = option.apply(builder()).build()) {
      other.connect(sandbox.id()).exec("true").orThrow();
    }
  }

  private void onBlaxel(UnaryOperator<BlaxelClientBuilder> option) {
    BlaxelClientBuilder builder = BlaxelClient.builder().environment(local.blaxelEnvironment());
    try (BlaxelClient other = option.apply(builder).build()) {
      other.connect(blaxelSandbox.id()).exec("true").orThrow();
    }
  }

  private void onSessions(UnaryOperator<SessionsClientBuilder> option) {
    SessionsClientBuilder builder = SessionsClient.builder().baseUrl(local.sessionsUrl());
    local.sessionsHeaders().forEach(builder::header);
    try (SessionsClient other = option.apply(builder).build();
        Session session = other.create(SandboxSpec.standard())) {
      assertThat(session.exec("echo", "ran").outText()).isEqualTo("ran\n");
    }
  }

  private void connectToSession(Duration timeToLive) {
    try (SessionsClient sessions = local.sessionsClient();
        Session session = sessions.create(SandboxSpec.standard())) {
      sessions.connect(session.id(), timeToLive).close();
    }
  }

  private void keepAwake(Duration limit) {
    assertThat(
            blaxelSandbox
                .processes()
                .exec(BlaxelCommand.of(Command.of("true")).keepAlive(limit))
                .exit())
        .matches(exit -> exit.isSuccess());
  }

  private void waitForPorts(Duration limit) {
    try (var process = blaxelSandbox.processes().start(BlaxelCommand.of(Command.of("true")))) {
      process.waitFor();
      process.waitForPorts(limit, 65_000);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } catch (PlatformException e) {
      assertThat(e).hasMessageContaining("the process exited first");
    }
  }
}
