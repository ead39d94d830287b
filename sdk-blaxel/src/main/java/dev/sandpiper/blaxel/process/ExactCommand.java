package dev.sandpiper.blaxel.process;

import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.Signal;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.engine.CommandInput;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command in a Blaxel sandbox, followed through the lines and the files that its wrapper writes.
 */
final class ExactCommand implements RunningCommand {
  private static final Logger log = LoggerFactory.getLogger(ExactCommand.class);
  private static final Duration LONGEST_BEGIN = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(50);

  private final ProcessRef ref;
  private final String name;
  private final ByteOffsets begin;
  private final ExitJudge judge;
  private final FileEvents events;
  private final ProcessFiles files;
  private final ChangeNotifier notifier;
  private final ExactInput input;
  private final Lease lease;
  private final ExactSandbox sandbox;
  private final int maxRestarts;
  private final AtomicBoolean followed = new AtomicBoolean();
  private final AtomicBoolean settled = new AtomicBoolean();
  private final List<String> removed;

  // What is known of its files; guarded by this.
  private boolean areWritten;
  private boolean areForgotten;
  private boolean areKept;

  /**
   * @param isShort whether its output begins in its record
   * @param isStarter whether it was started by this client, so that no other reader exists
   * @param removed the ids of processes whose files its wrapper removes
   */
  ExactCommand(
      ProcessRef ref,
      String name,
      ByteOffsets begin,
      int maxRestarts,
      boolean isShort,
      boolean isStarter,
      boolean hasInput,
      List<String> removed,
      ExactSandbox sandbox) {
    this.ref = ref;
    this.name = name;
    this.begin = begin;
    this.maxRestarts = maxRestarts;
    this.removed = removed;
    this.sandbox = sandbox;
    this.notifier = new ChangeNotifier(sandbox.threads().time());
    this.judge = ExitJudge.of(ref.processId(), name, sandbox, maxRestarts, isShort);
    this.files = new ProcessFiles(ref.nonce(), sandbox.files(), isShort ? judge::record : null);
    this.lease = new Lease(files, sandbox.heartbeat(), sandbox.threads(), isStarter, begin);
    this.events =
        new FileEvents(ref, name, new WrappedOutput(), notifier, judge, sandbox.patience());
    this.input = new ExactInput(name, files, notifier, hasInput, sandbox.threads().scope());
  }

  /** Takes the record in the response to its start, if that waited for the end. */
  void take(ProcessRecord record) {
    files.expect(record);
    notifier.changed();
  }

  /** Looks at its files. Blocks. */
  Marks look(CallScope scope) {
    return files.list(scope);
  }

  /** Like {@link #follow}, if there are files. */
  void followFiles() {
    if (files.areThere()) {
      follow();
    }
  }

  /**
   * Subscribes to changes of its files, and acquires the lease that keeps them from being dropped.
   */
  void follow() {
    if (!followed.compareAndSet(false, true)) {
      return;
    }
    sandbox.watch().add(ref.nonce(), notifier);
    try {
      lease.begin();
    } catch (RuntimeException | Error e) {
      sandbox.watch().remove(notifier);
      throw e;
    }
  }

  @Override
  public ProcessRef ref() {
    return ref;
  }

  @Override
  public Optional<ByteOffsets> beginsAt() {
    return Optional.of(begin);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ProcessEvent next() {
    ProcessEvent event = events.next();
    if (event instanceof Ended) {
      settle(); // before the caller sees the end and may close the sandbox
    }
    return event;
  }

  @Override
  public void outputWanted(boolean wanted) {
    events.outputWanted(wanted);
  }

  @Override
  public void stopTree(Duration grace, CallScope scope) {
    if (maxRestarts != 0) {
      sandbox.api().in(scope).stop(ref.processId()); // otherwise the server would restart it
    }
    sandbox.trees().stopNamed(ref, grace, () -> {}, scope);
    events.lookNow();
  }

  @Override
  public boolean signal(Signal signal, CallScope scope) {
    awaitBegin(signal, scope);
    boolean isSent = sandbox.trees().signal(ref, signal, files.marks().leader(), () -> {}, scope);
    events.lookNow();
    return isSent;
  }

  /**
   * Waits until the command has begun: before that, its wrapper would receive the signal and ignore
   * it.
   */
  private void awaitBegin(Signal signal, CallScope scope) {
    Failure failure = Failure.of("signal", ref.toString(), "");
    CallScope limit = scope.within(LONGEST_BEGIN);
    while (files.marks().tries() == 0 && !events.isEnded()) {
      if (limit.hasEnded()) {
        scope.check(failure);
        throw new PlatformException(
            failure
                .withObserved("it has not begun yet; " + signal + " was not sent")
                .withRetryable(true));
      }
      files.look(scope);
      scope.sleep(LOOK, failure);
    }
  }

  @Override
  public void release(CallScope scope) {
    events.release();
  }

  @Override
  public CommandInput input() {
    return input;
  }

  @Override
  public synchronized void forget() {
    areForgotten = true;
    if (areWritten) {
      sandbox.finished().release(ref.nonce());
    }
  }

  /** Keeps the files for another reader. True if nothing writes them any more. */
  private synchronized boolean keep() {
    areKept = !areForgotten;
    if (areKept) {
      sandbox.finished().keep(ref.nonce());
    }
    return areKept && areWritten;
  }

  /** Nothing writes its files any more. */
  private synchronized void written() {
    areWritten = true;
    if (!areKept) {
      sandbox.finished().hold(ref.nonce());
    }
    if (areForgotten) {
      sandbox.finished().release(ref.nonce());
    }
  }

  @Override
  public void letGo(CallScope scope) {
    try {
      if (keep()) {
        lease.handOver(scope);
      }
      if (!events.isEnded() && files.areThere()) {
        awaitFiles(scope.within(LONGEST_BEGIN));
        lease.end(null, scope);
      }
    } finally {
      cancel();
    }
  }

  /** Waits for the wrapper's files, because the lease cannot be released before they exist. */
  private void awaitFiles(CallScope scope) {
    Failure failure = Failure.of("detach", name, "");
    try {
      while (!files.marks().isThere() && !events.isEnded() && !files.list(scope).isThere()) {
        scope.sleep(LOOK, failure);
      }
    } catch (SandboxException e) {
      log.debug("{} was detached without releasing its lease: {}", name, e.getMessage());
    }
  }

  @Override
  public void cancel() {
    events.cancel();
  }

  @Override
  public void close() {
    events.cancel();
    settle();
  }

  /** Called when the command is no longer followed. */
  private void settle() {
    if (!settled.compareAndSet(false, true)) {
      return;
    }
    sandbox.watch().remove(notifier);
    boolean isRefused = judge.isRefused();
    if (isRefused) {
      sandbox.finished().addAll(removed); // a wrapper that failed may not have removed them
      forget();
    }
    if (files.areThere() && (isRefused || events.isWritten())) {
      lease.end(this::finish, sandbox.threads().scope());
    } else if (files.areThere()) {
      sandbox.threads().promptly().execute(() -> lease.end(null, sandbox.threads().scope()));
    }
  }

  /**
   * Finishes input and lease before its files are removed, so that nothing is written afterwards.
   */
  private void finish() {
    input.end(this::written);
  }

  /** The output that the wrapper writes into the record or into segments. */
  private final class WrappedOutput implements OutputSource {
    @Override
    public List<ExactChannel> readers(Consumer<ProcessEvent> events, CallScope scope) {
      return List.of(
          channel(Channel.STDOUT, begin.stdout(), events, scope),
          channel(Channel.STDERR, begin.stderr(), events, scope));
    }

    private ExactChannel channel(
        Channel channel, long position, Consumer<ProcessEvent> events, CallScope scope) {
      ReadAhead pieces = new ReadAhead(channel, files, scope, sandbox.threads().promptly());
      return new ExactChannel(channel, files, notifier, lease, scope, pieces, events, position);
    }

    @Override
    public Marks marks() {
      return files.marks();
    }

    @Override
    public boolean look(CallScope scope) {
      if (!files.look(scope)) {
        return false;
      }
      input.rejectIfOursIsBroken();
      ProcessRecord record = files.record();
      if (record != null) {
        judge.take(record, files.marks(), scope);
      }
      followFiles();
      return true;
    }

    /**
     * False if the output is still in the record, because a watch does not report changes of the
     * record.
     */
    @Override
    public boolean isWatched() {
      boolean isNearItsEnd = files.record() != null && files.marks().hasEnded();
      return files.areThere() && !isNearItsEnd && sandbox.watch().isArmed();
    }
  }
}
