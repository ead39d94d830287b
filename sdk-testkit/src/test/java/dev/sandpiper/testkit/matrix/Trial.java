package dev.sandpiper.testkit.matrix;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import dev.sandpiper.testkit.matrix.Cell.Ending;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One cell: a client of its own, with a proxy to each server, on a sandbox of its row. */
final class Trial {
  static final String LONG = "0123456789".repeat(5_000);

  /** The longest that a call may take: three attempts, each limit, and what stops a command. */
  private static final Duration CALL = Duration.ofSeconds(30);

  static final Duration CLOSE = Duration.ofSeconds(12);
  private static final Duration AFTERWARDS = Duration.ofSeconds(20);

  private static final Set<Class<? extends Exception>> ALLOWED =
      Set.of(
          AuthenticationException.class,
          CancelledException.class,
          ConnectionLostException.class,
          DeadlineExceededException.class,
          PlatformException.class,
          RateLimitedException.class);

  private final Cell cell;
  private final LocalSandboxes local;
  private final SandboxClient client;
  private final Sandbox sandbox;
  private final Path home;
  private final Path directory;
  private final String label;
  private @Nullable SandboxClient faultyClient;
  private @Nullable Sandbox faulty;
  Object returned = "nothing";
  @Nullable Object prepared;

  Trial(
      Cell cell,
      LocalSandboxes local,
      SandboxClient client,
      Sandbox sandbox,
      Path home,
      Path directory,
      String label) {
    this.cell = cell;
    this.local = local;
    this.client = client;
    this.sandbox = sandbox;
    this.home = home;
    this.directory = directory;
    this.label = label;
  }

  SandboxClient client() {
    return client;
  }

  SandboxClient faultyClient() {
    return requireNonNull(faultyClient);
  }

  Sandbox faulty() {
    return requireNonNull(faulty);
  }

  String label() {
    return label;
  }

  String name(String file) {
    return label + "/" + file;
  }

  /** The same file on this machine, where the local sandboxes keep it. */
  Path path(String file) {
    return home.resolve(label).resolve(file);
  }

  /** A file of the client's side. */
  Path here(String file) {
    return directory.resolve(label).resolve(file);
  }

  Command shell(String script) {
    return Command.shell("cd " + label + " || exit 99; " + script);
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

  List<String> idsOfAll() {
    return client.list(SandboxFilter.all()).stream().map(SandboxInfo::id).toList();
  }

  void eventually(String what, Callable<Boolean> isTrue) throws Exception {
    long end = System.nanoTime() + AFTERWARDS.toNanos();
    while (!isTrue.call()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** Returns whether the fault met a request. */
  boolean run() throws Exception {
    Files.createDirectories(path(""));
    Files.createDirectories(here(""));
    String data = cell.row().dataUrl(local, sandbox);
    FaultProxy toControl = FaultProxy.inFrontOf(cell.row().controlUrl(local));
    FaultProxy toData = FaultProxy.inFrontOf(data);
    FaultProxy proxy = cell.operation().isOfControlPlane() ? toControl : toData;
    boolean wasInjected;
    long began;
    try {
      try (SandboxClient own =
          cell.row().client(local, toControl.url(), sandbox.id(), toData.url())) {
        faultyClient = own;
        faulty = own.connect(sandbox.id());
        cell.operation().prepare(this);
        plan(proxy);
        began = System.nanoTime();
        Throwable thrown = call(proxy);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).as("call").isLessThan(CALL);
        assertAllowed(thrown);
        check(thrown);
        began = System.nanoTime();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - began)).as("close").isLessThan(CLOSE);
    } finally {
      wasInjected = isInjected(proxy);
      isInjected(proxy == toData ? toControl : toData);
    }
    return wasInjected;
  }

  private void check(@Nullable Throwable thrown) throws Exception {
    try {
      cell.operation().check(this, thrown);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + " after " + thrown, thrown == null ? e : thrown);
    }
  }

  private void plan(FaultProxy proxy) {
    for (int i = 0; i < cell.request(); i++) {
      proxy.inject("", Fault.delay(Duration.ZERO));
    }
    proxy.inject("", cell.moment().of(cell.fault()));
  }

  private static boolean isInjected(FaultProxy proxy) {
    try {
      proxy.close();
      return true;
    } catch (IllegalStateException e) {
      return false; // the operation needs fewer requests
    }
  }

  private @Nullable Throwable call(FaultProxy proxy) throws InterruptedException {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                cell.operation().act(this);
              } catch (Throwable e) {
                thrown.set(e);
                if (e instanceof CancelledException && !Thread.currentThread().isInterrupted()) {
                  thrown.set(new AssertionError("the interrupt flag is lost", e));
                }
              }
            },
            cell.toString());
    caller.start();
    if (cell.ending() == Ending.AN_INTERRUPT) {
      long end = System.nanoTime() + Duration.ofMillis(700).toNanos();
      while (proxy.injections() <= cell.request() && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      caller.interrupt();
      caller.join(cell.operation().afterAnInterrupt().toMillis());
      if (caller.isAlive()) return stuck(caller);
    }
    caller.join(CALL.toMillis());
    return caller.isAlive() ? stuck(caller) : thrown.get();
  }

  private static Throwable stuck(Thread caller) {
    AssertionError error = new AssertionError("the call does not come back");
    error.setStackTrace(caller.getStackTrace());
    return error;
  }

  private void assertAllowed(@Nullable Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof SandboxIOException || cause instanceof UncheckedIOException) {
      cause = cause.getCause();
    }
    if (cause == null) return;
    Throwable seen = cause;
    if (ALLOWED.stream().noneMatch(type -> type.isInstance(seen))) {
      throw new AssertionError("not allowed: " + seen, seen);
    }
    if (seen instanceof CancelledException && cell.ending() == Ending.ITSELF) {
      throw new AssertionError("nobody has cancelled it", seen);
    }
  }
}
