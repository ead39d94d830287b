package dev.sandpiper.e2b.sessions;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.ExitStatus.Unreported;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.engine.CommandInput;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A process that is followed by polling: for its output so far while output is wanted, otherwise
 * for its end. Lines that are new become its events.
 */
final class SessionCommand implements RunningCommand {
  static final String UNREPORTED = "E2B's sessions API does not report how a process ends";
  private static final String STOPPED = "it was stopped, and " + UNREPORTED;
  private static final String FORGOTTEN =
      "what it wrote after the last look: the server forgets a process that is stopped";
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private final SessionCalls calls;
  private final ProcessRef ref;
  private final String name;
  private final ByteOffsets begin;
  private final SessionInput input;
  private final CallScope followed;
  private volatile CallScope asking;
  private volatile boolean outputWanted = true;
  private volatile boolean over;
  private volatile @Nullable ProcessState lastBeforeStop;

  // Only for the thread that reads.
  private final Queue<ProcessEvent> upcoming = new ArrayDeque<>();
  private final SeenLines stdout;
  private final SeenLines stderr;
  private final Backoff pauses = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
  private long answered; // when the last response arrived
  private boolean
      isResponseDoubtful; // set if it must be checked whether the server responds at all

  /**
   * @param state its state when it was started or found
   * @param begin the position where its events begin
   */
  SessionCommand(
      SessionCalls calls, ProcessRef ref, String name, ProcessState state, ByteOffsets begin) {
    this.calls = calls;
    this.followed = calls.scope();
    this.asking = followed.child();
    this.ref = ref;
    this.name = name;
    this.begin = begin;
    this.input = new SessionInput(calls, name, ref.processId());
    this.stdout = new SeenLines(begin.stdout());
    this.stderr = new SeenLines(begin.stderr());
    take(state);
  }

  @Override
  public ProcessRef ref() {
    return ref;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<ByteOffsets> beginsAt() {
    return Optional.of(begin);
  }

  @Override
  public ProcessEvent next() {
    while (upcoming.isEmpty()) {
      ask();
    }
    return upcoming.remove();
  }

  private void ask() {
    CallScope scope = followed.child();
    asking = scope;
    boolean wait = !outputWanted && !isResponseDoubtful;
    isResponseDoubtful = false;
    try {
      if (!wait) {
        scope.sleep(pauses.next(), failure(""));
      }
      calls
          .process(name, ref.processId(), wait, scope)
          .ifPresentOrElse(this::take, this::forgotten);
    } catch (CancelledException e) {
      if (!scope.isCancelled() || followed.isCancelled()) {
        throw e;
      }
      // The state has changed: request it again.
    } catch (ConnectionLostException e) {
      if (followed.time().nanos() - answered > calls.reattachNanos()) {
        throw new ConnectionLostException(e.failure(), ref, e);
      }
      scope.sleep(LONGEST_PAUSE, e.failure());
    } catch (DeadlineExceededException e) {
      if (!wait || e.limit() != Limit.RESPONSE) {
        throw e;
      }
      isResponseDoubtful = true;
    }
  }

  private void take(ProcessState state) {
    answered = followed.time().nanos();
    List<Output> out = fresh(stdout, state.stdout());
    List<Output> err = fresh(stderr, state.stderr());
    if (!out.isEmpty() || !err.isEmpty()) {
      pauses.reset();
    }
    merge(out, err);
    if (state.finished()) {
      end(UNREPORTED);
    }
  }

  private List<Output> fresh(SeenLines seen, List<Output> all) {
    return seen.fresh(all)
        .orElseThrow(
            () -> new WireFormatException(failure("lines that were there are missing"), null));
  }

  /** Keeps each channel in the order of its list, and merges the two by time. */
  private void merge(List<Output> out, List<Output> err) {
    Iterator<Output> later = err.iterator();
    @Nullable Output waiting = later.hasNext() ? later.next() : null;
    for (Output line : out) {
      while (waiting != null && isBefore(waiting, line)) {
        upcoming.add(waiting);
        waiting = later.hasNext() ? later.next() : null;
      }
      upcoming.add(line);
    }
    if (waiting != null) {
      upcoming.add(waiting);
    }
    later.forEachRemaining(upcoming::add);
  }

  private static boolean isBefore(Output one, Output other) {
    return one.writtenAt().isPresent()
        && other.writtenAt().isPresent()
        && one.writtenAt().get().isBefore(other.writtenAt().get());
  }

  private void forgotten() {
    ProcessState last = lastBeforeStop;
    if (last == null) {
      throw new NotFoundException(
          What.PROCESS,
          failure(
              "the server no longer has it: another client has stopped it, and how much it"
                  + " did is unknown"));
    }
    take(last);
    upcoming.add(gap(Channel.STDOUT, stdout));
    upcoming.add(gap(Channel.STDERR, stderr));
    end(STOPPED);
  }

  private static OutputGap gap(Channel channel, SeenLines seen) {
    return new OutputGap(channel, OptionalLong.of(seen.offset()), OptionalLong.empty(), FORGOTTEN);
  }

  private void end(String reason) {
    over = true;
    upcoming.add(new Ended(new Unreported(reason)));
  }

  private Failure failure(String observed) {
    return Failure.of("follow", name, observed);
  }

  @Override
  public void outputWanted(boolean wanted) {
    if (outputWanted != wanted) {
      outputWanted = wanted;
      askAnew();
    }
  }

  /** Ends the pause or the request, so that the reader polls again. */
  private void askAnew() {
    asking.cancel();
  }

  /** The API has one way to stop a process: immediately, without a grace period. */
  @Override
  public void stopTree(Duration grace, CallScope scope) {
    if (over) {
      return;
    }
    Optional<ProcessState> state = calls.process(name, ref.processId(), false, scope);
    if (state.isPresent() && !state.get().finished()) {
      lastBeforeStop = state.get();
      calls.stop(name, ref.processId(), scope);
    }
    askAnew();
  }

  @Override
  public boolean signal(Signal signal, CallScope scope) {
    throw SessionCalls.unsupported("signal", ref.toString(), Capability.SIGNALS);
  }

  @Override
  public void release(CallScope scope) {
    askAnew();
  }

  @Override
  public CommandInput input() {
    return input;
  }

  @Override
  public void cancel() {
    followed.cancel();
  }

  @Override
  public void close() {}
}
