package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.Monitor;
import dev.sandpiper.http.Time;
import dev.sandpiper.http.Unclosed;
import dev.sandpiper.http.Uninterrupted;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sandboxes of one client that are being created or not closed yet. Thread-safe. */
public final class CreatedSandboxes {
  private static final Logger log = LoggerFactory.getLogger(CreatedSandboxes.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofSeconds(10);
  private static final Duration CLEAN_UP = Duration.ofSeconds(30);

  private final CallScope scope;

  /**
   * The open sandboxes by id. An id can be reused, so each value is a token that identifies one
   * sandbox.
   */
  private final Map<String, Object> open = new ConcurrentHashMap<>();

  private final Monitor creations;
  private final List<String> begun = new ArrayList<>(); // guarded by the monitor
  private volatile boolean closed; // changed in the monitor

  public CreatedSandboxes(Time time) {
    scope = CallScope.open(time);
    creations = new Monitor(time);
  }

  /**
   * Creates a sandbox. If the client is closed meanwhile, the sandbox is closed too.
   *
   * @param name identifies the sandbox in a warning if it is left behind
   * @param creation receives the scope in which to create it
   */
  public <S extends Sandbox> S create(String name, Function<CallScope, S> creation) {
    return createAll(name, scope -> List.of(creation.apply(scope))).get(0);
  }

  /** Like {@link #create}, for several sandboxes with one request. */
  public <S extends Sandbox> List<S> createAll(String name, Function<CallScope, List<S>> creation) {
    begin(name);
    try {
      List<S> sandboxes = creation.apply(scope);
      sandboxes.forEach(this::add);
      if (closed) {
        sandboxes.forEach(Sandbox::close);
        String ids = sandboxes.stream().map(Sandbox::id).collect(Collectors.joining(", "));
        throw new CancelledException(
            Failure.of("create", ids, "the client was closed meanwhile, and the sandbox with it"));
      }
      return sandboxes;
    } finally {
      end(name);
    }
  }

  private void add(Sandbox sandbox) {
    String id = sandbox.id();
    Object one = new Object();
    open.put(id, one);
    Unclosed.watch(
        sandbox,
        "sandbox " + id,
        "it runs until its time to live ends",
        () -> open.remove(id, one));
  }

  private void begin(String name) {
    creations.change(
        () -> {
          requireOpen();
          begun.add(name);
        });
  }

  private void end(String name) {
    creations.change(() -> begun.remove(name));
  }

  /**
   * Checks that sandboxes can still be created.
   *
   * @throws IllegalStateException once the client is closed
   */
  public void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this client is closed");
    }
  }

  /** Forgets a sandbox that was closed or detached. */
  public void remove(String id) {
    open.remove(id);
  }

  /**
   * Prevents further creation. Waits five seconds for pending creations, whose sandboxes are then
   * closed; cancels those still pending, and waits up to five seconds for their clean-up. A warning
   * names what is left.
   *
   * @return false, without waiting, if this was called before
   */
  public boolean close() {
    if (!creations.decide(this::isFirstToClose)) {
      return false;
    }
    List<String> left = Uninterrupted.get(this::settle);
    if (!left.isEmpty()) {
      log.warn("client closed while sandboxes were being created, which may still run: {}", left);
    }
    if (!open.isEmpty()) {
      log.warn("client closed with open sandboxes, which are not killed: {}", open.keySet());
      open.clear(); // so that they are not reported a second time when they are collected
    }
    return true;
  }

  private boolean isFirstToClose() {
    boolean isFirst = !closed;
    closed = true;
    return isFirst;
  }

  /** Waits until an interrupt at the latest. Returns what is still being created. */
  private List<String> settle() {
    if (!awaitEnds().isEmpty()) {
      scope.cancel();
    }
    return awaitEnds();
  }

  private List<String> awaitEnds() {
    try {
      creations.awaitWhile(() -> !begun.isEmpty(), PATIENCE.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return creations.decide(() -> List.copyOf(begun));
  }

  /**
   * Kills a sandbox on behalf of {@code close()}, also on an interrupted thread. A failure is
   * logged as a warning. The shared connection may be half open, which stays unnoticed for a
   * minute, so after half of the time the request is sent again on a connection of its own.
   *
   * @param kill sends the request after applying the given change to it
   */
  public static void close(String id, Time time, Consumer<UnaryOperator<HttpRequest>> kill) {
    CallScope all = CallScope.open(time).within(CLOSE);
    CallScope half = CallScope.open(time).within(CLOSE.dividedBy(2));
    try {
      Uninterrupted.run(() -> kill(kill, half, all));
    } catch (SandboxException e) {
      log.warn(
          "sandbox {} could not be killed and runs until its time to live ends: {}",
          id,
          e.getMessage());
    }
  }

  /**
   * {@link #close(String, Time, Consumer)}, during which the sandbox is not reported as unclosed.
   */
  public static void close(Sandbox sandbox, Time time, Consumer<UnaryOperator<HttpRequest>> kill) {
    try {
      close(sandbox.id(), time, kill);
    } finally {
      Reference.reachabilityFence(sandbox);
    }
  }

  /** Kills a sandbox, which is not reported as unclosed while this runs. */
  public static boolean kill(Sandbox sandbox, BooleanSupplier kill) {
    try {
      return kill.getAsBoolean();
    } finally {
      Reference.reachabilityFence(sandbox);
    }
  }

  private static void kill(
      Consumer<UnaryOperator<HttpRequest>> kill, CallScope half, CallScope all) {
    try {
      kill.accept(request -> request.in(half));
    } catch (DeadlineExceededException e) {
      kill.accept(request -> request.in(all).alone());
    }
  }

  /** The scope for finding and deleting what a call created and does not return. */
  public static CallScope cleanUp(CallScope call) {
    return call.apart().within(CLEAN_UP);
  }

  /**
   * Kills a sandbox that was created but is not returned, also on an interrupted thread. Returns
   * the exception to throw, which mentions the sandbox if it could not be killed.
   */
  public static RuntimeException undo(String id, RuntimeException failure, Runnable kill) {
    try {
      Uninterrupted.run(kill);
      return failure;
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      log.warn(
          "sandbox {} was created, is not returned to the caller and could not be killed: {}",
          id,
          e.getMessage());
      return failure instanceof SandboxException known
          ? Ambiguity.unknown(known, "it exists as " + id + " and could not be killed")
          : failure;
    }
  }
}
