package dev.sandpiper.testkit.matrix;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.e2b.HostHome;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import dev.sandpiper.testkit.matrix.FaultKind.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One cell: a client of its own, with a proxy to each server, on the sandbox of its row. */
final class Trial {
  static final String LONG = "0123456789".repeat(5_000);

  private static final Duration COMMANDS_DEADLINE = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration AFTERMATH = Duration.ofSeconds(3);
  private static final String TOKEN = "/oauth/token";

  /** What the cells of a row share; none of it meets a fault. */
  record Ground(LocalSandboxes local, SandboxClient client, Sandbox sandbox, Path home) {
    static Ground of(LocalSandboxes local, SandboxClient client) throws IOException {
      Sandbox sandbox = client.create(SandboxSpec.standard());
      Path home = HostHome.of(sandbox.id(), sandbox.exec("pwd").outText().strip());
      return new Ground(local, client, sandbox, home);
    }
  }

  private final Cell cell;
  private final AllowedOutcomes allowed;
  private final Ground ground;
  private final Path directory;
  private final FaultProxy toControl;
  private final FaultProxy toData;
  private @Nullable SandboxClient faultyClient;
  private @Nullable Sandbox faulty;
  volatile @Nullable Object returned;
  volatile @Nullable Object prepared;
  volatile @Nullable Future<?> future;

  /**
   * @param directory on this machine, of this cell alone
   */
  Trial(Cell cell, AllowedOutcomes allowed, Ground ground, Path directory) {
    this.cell = cell;
    this.allowed = allowed;
    this.ground = ground;
    this.directory = directory;
    this.toControl = FaultProxy.inFrontOf(cell.row().controlUrl(ground.local()));
    this.toData = FaultProxy.inFrontOf(cell.row().dataUrl(ground.local(), ground.sandbox()));
  }

  Cell cell() {
    return cell;
  }

  SandboxClient client() {
    return ground.client();
  }

  Sandbox sandbox() {
    return ground.sandbox();
  }

  SandboxClient faultyClient() {
    return requireNonNull(faultyClient);
  }

  Sandbox faulty() {
    return requireNonNull(faulty);
  }

  String label() {
    return directory.getFileName().toString();
  }

  String name(String file) {
    return file.isEmpty() ? label() : label() + "/" + file;
  }

  /** The same file on this machine, where the local sandboxes keep it. */
  Path path(String file) {
    return ground.home().resolve(label()).resolve(file);
  }

  /** A file of the client's side. */
  Path here(String file) {
    return directory.resolve(file);
  }

  Command shell(String script) {
    Command command = Command.shell("cd " + label() + " || exit 99; " + script);
    return cell.ending() == Ending.DEADLINE ? command.timeout(COMMANDS_DEADLINE) : command;
  }

  String text(String file) throws IOException {
    return Files.exists(path(file)) ? Files.readString(path(file)) : "";
  }

  int lines(String file) throws IOException {
    return (int) text(file).lines().count();
  }

  boolean isAlive(String file) throws IOException {
    String pid = text(file).strip();
    return !pid.isEmpty()
        && ProcessHandle.of(Long.parseLong(pid)).map(ProcessHandle::isAlive).orElse(false);
  }

  void killProcess(String file) throws IOException {
    String pid = text(file).strip();
    if (!pid.isEmpty()) {
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /** Whether the call has to end as if nothing had happened. */
  boolean isUndisturbed() {
    Group group = cell.fault().group();
    return cell.ending() == Ending.ITSELF && (group == Group.SLOW || group == Group.NEVER_SEEN);
  }

  void eventually(String what, Callable<Boolean> isTrue) throws Exception {
    eventually(what, PATIENCE, isTrue);
  }

  private static void eventually(String what, Duration patience, Callable<Boolean> isTrue)
      throws Exception {
    long end = System.nanoTime() + patience.toNanos();
    while (!isTrue.call()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** Returns how the call ended. */
  Outcome run() throws Exception {
    Files.createDirectories(path(""));
    try (toControl;
        toData) {
      return runBetweenProxies();
    }
  }

  private Outcome runBetweenProxies() throws Exception {
    if (cell.row().isBlaxel()) toControl.inject(TOKEN, token());
    Outcome outcome;
    Timer closing;
    try (SandboxClient own =
        cell.row().client(ground, toControl.url(), toData.url(), cell.limit())) {
      faultyClient = own;
      faulty = own.connect(sandbox().id());
      faulty.workingDirectory();
      cell.operation().prepare(this);
      plan();
      try {
        outcome = call();
      } finally {
        toControl.thaw();
        toData.thaw();
      }
      closing = new Timer("close", allowed.timeOfEnd(cell));
    } finally {
      cell.operation().clean(this);
    }
    closing.check();
    // The client is closed, and sends nothing any more.
    eventually("the fault is injected", AFTERMATH, () -> proxy().injections() >= planned());
    return outcome;
  }

  private FaultProxy proxy() {
    return cell.operation().isOfControlPlane() ? toControl : toData;
  }

  private Fault token() {
    String key = ground.local().blaxelEnvironment().getOrDefault("BL_API_KEY", "");
    String json = "{\"access_token\":\"" + key + "\",\"expires_in\":7200}";
    return Fault.answer(200, Map.of("Content-Type", "application/json"), json);
  }

  private void plan() {
    if (cell.fault().isOfTheServer()) {
      proxy().freeze();
    } else {
      proxy()
          .inject(
              cell.request().text(), cell.moment().of(cell.row(), cell.request(), cell.fault()));
    }
    if (cell.fault() == FaultKind.TOKEN_STALLS) toControl.inject(TOKEN, Fault.stall());
    if (cell.fault() == FaultKind.UNAUTHORIZED && cell.row().isBlaxel()) {
      toControl.inject(TOKEN, token());
    }
  }

  /** How many faults the proxy of the operation has met when the fault has been injected. */
  private int planned() {
    return proxy() == toControl && cell.row().isBlaxel() ? 2 : 1;
  }

  private Outcome call() throws Exception {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread caller = new Thread(() -> act(thrown), cell.toString());
    caller.setDaemon(true);
    caller.start();
    Timer time;
    if (cell.ending() == Ending.ITSELF) {
      time = new Timer("call", allowed.time(cell));
      if (cell.fault() == FaultKind.FREEZE_AND_THAW) thawLater();
    } else {
      eventually("the fault is injected", () -> proxy().injections() >= planned());
      time = new Timer("what ends it", allowed.timeOfEnd(cell));
      end(caller);
    }
    time.join(caller);
    Outcome outcome = Outcome.of(thrown.get());
    if (!allowed.of(cell).contains(outcome)) {
      throw new AssertionError(
          "it ended with " + outcome + "; allowed: " + allowed.of(cell), thrown.get());
    }
    try {
      cell.operation().check(this, thrown.get());
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + " after " + thrown.get(), e);
    }
    return outcome;
  }

  private void act(AtomicReference<@Nullable Throwable> thrown) {
    try {
      cell.operation().act(this);
    } catch (Throwable e) {
      boolean isLost = cell.ending() == Ending.AN_INTERRUPT && e instanceof CancelledException;
      thrown.set(
          isLost && !Thread.currentThread().isInterrupted()
              ? new AssertionError("the interrupt flag is lost", e)
              : e);
    }
  }

  private void thawLater() throws Exception {
    eventually("the server is frozen", () -> proxy().injections() >= planned());
    TimeUnit.SECONDS.sleep(1);
    proxy().thaw();
  }

  private void end(Thread caller) throws Exception {
    switch (cell.ending()) {
      case AN_INTERRUPT -> caller.interrupt();
      case CLOSE -> faultyClient().close();
      case CANCELLED_FUTURE -> {
        eventually("the future is there", () -> future != null);
        requireNonNull(future).cancel(true);
      }
      default -> {} // the command's deadline comes by itself
    }
  }

  /** Runs from its making. */
  private record Timer(String what, Duration allowed, long began) {
    Timer(String what, Duration allowed) {
      this(what, allowed, System.nanoTime());
    }

    void check() {
      assertThat(Duration.ofNanos(System.nanoTime() - began)).as(what).isLessThan(allowed);
    }

    void join(Thread caller) throws InterruptedException {
      long left = allowed.toNanos() - (System.nanoTime() - began);
      caller.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
      if (caller.isAlive()) {
        AssertionError error = new AssertionError(what + " is not over after " + allowed);
        error.setStackTrace(caller.getStackTrace());
        throw error;
      }
      check();
    }
  }
}
