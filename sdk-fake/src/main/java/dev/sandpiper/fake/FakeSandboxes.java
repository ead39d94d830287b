package dev.sandpiper.fake;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Failure;
import dev.sandpiper.Filesystem;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Pages;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.UnsupportedCapabilityException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * An account whose sandboxes exist in memory only, for unit tests of code that uses {@link
 * SandboxClient}. Commands follow a script, files are kept in memory, every call is recorded, and
 * failures happen on demand. No program is run on this machine, and no connection is opened. Works
 * on every operating system. Safe for use by many threads.
 *
 * <pre>{@code
 * FakeSandboxes fake = new FakeSandboxes();
 * fake.when("pytest", FakeRun.exits(1).stdout("1 failed\n"));
 * new Agent(fake).fixTheTests();
 * assertThat(fake.commands()).hasSize(2);
 * }</pre>
 *
 * <p><b>What it does not imitate.</b> It has no shell and no programs: a command without a script
 * throws {@link IllegalStateException}. No time passes: nothing expires, and deadlines are compared
 * with {@link FakeRun#takes}. Output is never lost unless the script says so, no reader is too
 * slow, and the quirks, limits and wire formats of platforms are absent: test those with {@code
 * sdk-testkit}. Files have no owners, modes or links. Addresses of {@link Sandbox#endpoint} are not
 * reachable. There are no terminals, no watches and no {@code asJavaProcess()}.
 */
public final class FakeSandboxes implements SandboxClient {
  private static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofMinutes(5);

  private record Rule(Predicate<Command> commands, FakeProgram program) {}

  private record Fault(Predicate<FakeCall> calls, SandboxException failure) {}

  private final Set<Capability> capabilities;
  private final AtomicInteger created = new AtomicInteger();
  private final List<Machine> machines = new CopyOnWriteArrayList<>(); // newest first
  private final List<FakeCall> calls = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedDeque<Rule> rules = new ConcurrentLinkedDeque<>();
  private final ConcurrentLinkedDeque<Fault> faults = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  /** Sandboxes with all capabilities that this fake supports. */
  public FakeSandboxes() {
    this(EnumSet.complementOf(EnumSet.of(Capability.TERMINAL, Capability.WATCH)));
  }

  /**
   * Sandboxes with only these capabilities, to test code for platforms that lack the others.
   *
   * @throws IllegalArgumentException for terminals and watches, which this fake does not have
   */
  public FakeSandboxes(Set<Capability> capabilities) {
    if (capabilities.contains(Capability.TERMINAL) || capabilities.contains(Capability.WATCH)) {
      throw new IllegalArgumentException("the fake has no terminals and no watches");
    }
    this.capabilities = Set.copyOf(capabilities);
  }

  /** Scripts the commands with this {@link Command#name()}; {@code shell} for shell scripts. */
  public void when(String name, FakeProgram program) {
    requireNonNull(name, "name");
    when((Command command) -> command.name().equals(name), program);
  }

  /** Scripts the commands that match. If two scripts match, the newer one is used. */
  public void when(Predicate<Command> commands, FakeProgram program) {
    rules.addFirst(
        new Rule(requireNonNull(commands, "commands"), requireNonNull(program, "program")));
  }

  /** Fails the next call of this operation; see {@link FakeCall#operation()}. */
  public void failNext(String operation, SandboxException failure) {
    requireNonNull(operation, "operation");
    failNext((FakeCall call) -> call.operation().equals(operation), failure);
  }

  /** Fails the next call that matches, before it has an effect. */
  public void failNext(Predicate<FakeCall> which, SandboxException failure) {
    faults.add(new Fault(requireNonNull(which, "which"), requireNonNull(failure, "failure")));
  }

  /**
   * The number of failures that have not happened yet. A test of a failure asserts at its end that
   * it is 0.
   */
  public int pendingFailures() {
    return faults.size();
  }

  /** All calls so far, in order, including failed ones. */
  public List<FakeCall> calls() {
    return List.copyOf(calls);
  }

  /** The requested commands, in order. */
  public List<Command> commands() {
    return calls.stream().flatMap(call -> call.command().stream()).toList();
  }

  @Override
  public Sandbox create(SandboxSpec spec) {
    called(FakeCall.create(spec));
    Machine machine = new Machine("fake-" + created.incrementAndGet(), spec);
    machines.add(0, machine);
    return new FakeSandbox(this, machine, true);
  }

  @Override
  public Sandbox connect(String id) {
    return connect(id, DEFAULT_TIME_TO_LIVE);
  }

  @Override
  public Sandbox connect(String id, Duration timeToLive) {
    called(FakeCall.of("connect", id, id));
    for (Machine machine : machines) {
      if (machine.id.equals(id)) {
        machine.liveAtLeast(timeToLive);
        return new FakeSandbox(this, machine, false);
      }
    }
    throw new NotFoundException(
        NotFoundException.What.SANDBOX, Failure.of("connect", id, "there is no such sandbox"));
  }

  @Override
  public boolean kill(String id) {
    called(FakeCall.of("kill", id, id));
    Optional<Machine> found = machines.stream().filter(each -> each.id.equals(id)).findFirst();
    found.ifPresent(this::end);
    return found.isPresent();
  }

  @Override
  public Pages<SandboxInfo> list(SandboxFilter filter) {
    called(FakeCall.of("list", "", "sandboxes"), Capability.LISTS);
    return new Pages<>() {
      @Override
      public Iterator<SandboxInfo> iterator() {
        return machines.stream().map(Machine::info).filter(filter::matches).iterator();
      }
    };
  }

  @Override
  public Set<Capability> capabilities() {
    return capabilities;
  }

  /** Every later call throws {@link CancelledException}. Recorded calls can still be read. */
  @Override
  public void close() {
    closed = true;
  }

  void called(FakeCall call, Capability... needed) {
    calls.add(call);
    if (closed) {
      throw new CancelledException(
          Failure.of(call.operation(), call.subject(), "the client is closed"));
    }
    require(call, needed);
    for (Fault fault : faults) {
      if (fault.calls().test(call) && faults.remove(fault)) {
        throw fault.failure();
      }
    }
  }

  private void require(FakeCall call, Capability... needed) {
    for (Capability capability : needed) {
      if (!capabilities.contains(capability)) {
        String observed = "this sandbox was made without " + capability;
        throw new UnsupportedCapabilityException(
            Failure.of(call.operation(), call.subject(), observed), capability);
      }
    }
  }

  FakeRun script(Command command, Filesystem files) {
    for (Rule rule : rules) {
      if (rule.commands().test(command)) {
        return rule.program().run(command, files);
      }
    }
    throw new IllegalStateException("no script for " + command.arguments() + "; add one with when");
  }

  /** False if it had ended already. */
  boolean end(Machine machine) {
    machine.end();
    return machines.remove(machine);
  }
}
