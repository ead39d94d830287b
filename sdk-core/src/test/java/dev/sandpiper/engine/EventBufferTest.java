package dev.sandpiper.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ExitStatus;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.http.ManualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventBufferTest {
  private static final int HALF = EventBuffer.LIMIT / 2;
  private static final Ended END = new Ended(new ExitStatus.Exited(0));

  private static final Duration GRACE = Duration.ofSeconds(3);

  private final ManualTime time = new ManualTime();
  private final EventBuffer buffer = new EventBuffer(ByteOffsets.BEGINNING, Duration.ZERO, time);

  @Test
  void whatFitsIsKept() throws Exception {
    put(out(HALF), err(100), END);

    assertThat(takeAll()).containsExactly("STDOUT 524288", "STDERR 100", "end");
  }

  @Test
  void oldestGoesAndEachChannelTellsItsOwnGap() throws Exception {
    put(out(HALF), err(10), out(HALF), err(HALF), END);

    assertThat(takeAll())
        .containsExactly("gap STDOUT 0..1048576", "gap STDERR 0..10", "STDERR 524288", "end");
  }

  @Test
  void gapAfterWhatWasReadBeginsWhereTheReaderStopped() throws Exception {
    put(out(100));
    assertThat(buffer.take(1)).isNotNull();
    put(out(HALF), out(HALF), END);

    assertThat(takeAll()).containsExactly("gap STDOUT 100..524388", "STDOUT 524288", "end");
  }

  @Test
  void pieceThatIsTooMuchByItselfIsAGap() throws Exception {
    put(out(EventBuffer.LIMIT + 1), END);

    assertThat(takeAll()).containsExactly("gap STDOUT 0..1048577", "end");
  }

  @Test
  void manyTinyPiecesAreBoundedToo() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      put(out(1));
    }
    buffer.claim();

    assertThat(takeAll()).hasSizeLessThan(9_000).first().asString().startsWith("gap STDOUT 0..");
  }

  @Test
  void gapOfThePlatformIsPartOfWhatIsDropped() throws Exception {
    put(out(100), gap(100, 300), out(HALF), out(HALF), END);

    assertThat(takeAll()).containsExactly("gap STDOUT 0..524588", "STDOUT 524288", "end");
  }

  @Test
  void offsetsGoOnBehindAGapOfThePlatform() throws Exception {
    put(gap(0, 1_000));
    assertThat(buffer.take(1)).isInstanceOf(OutputGap.class);
    put(out(HALF), out(HALF), END);

    assertThat(takeAll()).containsExactly("gap STDOUT 1000..525288", "STDOUT 524288", "end");
  }

  /** Nobody knows how much was written before somebody attached. */
  @Test
  void offsetsAreUnknownBehindAGapOfUnknownLength() throws Exception {
    put(unknownGap());
    assertThat(buffer.take(1)).isInstanceOf(OutputGap.class);
    put(out(HALF), out(HALF), END);

    assertThat(takeAll()).containsExactly("gap STDOUT ?..?", "STDOUT 524288", "end");
  }

  @Test
  void failureComesBehindWhatIsKept() throws Exception {
    IllegalStateException failure = new IllegalStateException("lost");
    put(out(1));
    buffer.fail(failure);

    assertThat(buffer.take(1)).isInstanceOf(Output.class);
    assertThatThrownBy(() -> buffer.take(1)).isSameAs(failure);
  }

  @Test
  void failureAfterTheEndIsNoFailure() throws Exception {
    put(END);
    buffer.fail(new IllegalStateException("late"));

    assertThat(buffer.take(1)).isEqualTo(END);
    assertThat(buffer.take(1)).isNull();
  }

  @Test
  void thereIsOneClaim() {
    assertThat(buffer.claim()).isTrue();
    assertThat(buffer.claim()).isFalse();
    buffer.discard();
    assertThat(buffer.claim()).isFalse();
  }

  @Test
  void discardedBufferTakesEverythingAndGivesNothing() throws Exception {
    buffer.claim();
    put(out(1));
    buffer.discard();
    put(out(EventBuffer.LIMIT), out(EventBuffer.LIMIT), END);

    assertThat(buffer.take(Long.MAX_VALUE)).isNull();
  }

  @Test
  void atTheBoundThePumpWaitsForAClaimAndLosesNothing() throws Exception {
    EventBuffer patient = new EventBuffer(ByteOffsets.BEGINNING, GRACE, time);
    AtomicInteger put = new AtomicInteger();
    Thread pump =
        inThread(
            () -> {
              for (int i = 0; i < 25_600; i++) {
                patient.put(out(40));
                put.incrementAndGet();
              }
              patient.put(END);
            });
    time.awaitWait(GRACE);
    assertThat(put).hasValue(EventBuffer.LIMIT / (128 + 40));
    assertThat(patient.claim()).isTrue();
    int taken = 0;
    while (patient.take(Long.MAX_VALUE) instanceof Output) {
      taken++;
    }

    assertThat(taken).isEqualTo(25_600);
    pump.join();
  }

  @Test
  void thePumpWaitsOnceAndNoLongerThanTheGrace() throws Exception {
    EventBuffer brief = new EventBuffer(ByteOffsets.BEGINNING, GRACE, time);
    Thread pump =
        inThread(
            () -> {
              for (int i = 0; i < 100; i++) {
                brief.put(out(HALF));
              }
            });
    time.awaitWait(GRACE);
    time.advance(GRACE.minusNanos(1));
    assertThat(time.waits()).containsExactly(Duration.ofNanos(1));
    time.advance(Duration.ofNanos(1));
    pump.join(10_000);

    assertThat(pump.isAlive()).isFalse();
    assertThat(brief.take(0)).isInstanceOf(OutputGap.class);
    assertThat(time.isIdle()).isTrue();
  }

  @Test
  void aReaderThatComesInTimeLosesNothing() throws Exception {
    EventBuffer read = EventBuffer.dropping(EventBuffer.LIMIT, "too slow", GRACE, time);
    Thread pump = inThread(() -> putAll(read, out(HALF), out(HALF), out(HALF), END));
    time.awaitWait(GRACE);
    Deque<ProcessEvent> rest = new ArrayDeque<>();
    while (!(rest.peekLast() instanceof Ended)) {
      rest.add(requireNonNull(read.take(GRACE.toNanos())));
    }
    pump.join(10_000);

    assertThat(rest).hasSize(4).doesNotHaveAnyElementsOfTypes(OutputGap.class);
  }

  @Test
  void behindTheGraceOfItsReaderTheOldestGoes() throws Exception {
    EventBuffer unread = EventBuffer.dropping(EventBuffer.LIMIT, "too slow", GRACE, time);
    Thread pump = inThread(() -> putAll(unread, out(HALF), out(HALF), out(HALF), out(HALF), END));
    time.awaitWait(GRACE);
    time.advance(GRACE);
    pump.join(10_000);

    assertThat(pump.isAlive()).isFalse();
    assertThat(unread.take(0)).isInstanceOf(OutputGap.class);
  }

  @Test
  void whatNoReaderCouldMakeRoomForCostsNoGrace() throws Exception {
    EventBuffer read = EventBuffer.dropping(EventBuffer.LIMIT, "too slow", GRACE, time);
    Thread pump = inThread(() -> putAll(read, out(EventBuffer.LIMIT + 1), END));
    pump.join(10_000);

    assertThat(pump.isAlive()).isFalse();
    assertThat(time.isIdle()).isTrue();
    assertThat(read.take(0)).isInstanceOf(OutputGap.class);
  }

  @Test
  void theEndOfTheGraceFreesThePump() throws Exception {
    EventBuffer patient = new EventBuffer(ByteOffsets.BEGINNING, GRACE, time);
    Thread pump = inThread(() -> putAll(patient, out(HALF), out(HALF), out(HALF), END));
    time.awaitWait(GRACE);
    patient.endGrace();
    pump.join(10_000);

    assertThat(pump.isAlive()).isFalse();
    assertThat(patient.take(0)).isInstanceOf(OutputGap.class);
  }

  @Test
  void theEndIsNotWaitedFor() throws Exception {
    EventBuffer patient = new EventBuffer(ByteOffsets.BEGINNING, GRACE, time);
    patient.put(out(EventBuffer.LIMIT - 128));
    patient.put(END);

    assertThat(patient.take(0)).isInstanceOf(Output.class);
    assertThat(patient.take(0)).isEqualTo(END);
  }

  @Test
  void wakingFreesTheReaderOnce() throws Exception {
    buffer.wake();
    assertThatThrownBy(() -> buffer.take(Long.MAX_VALUE)).isInstanceOf(TimeoutException.class);
    put(out(1));

    assertThat(buffer.take(Long.MAX_VALUE)).isInstanceOf(Output.class);
  }

  private static void putAll(EventBuffer target, ProcessEvent... events)
      throws InterruptedException {
    for (ProcessEvent event : events) {
      target.put(event);
    }
  }

  /** What may be interrupted. */
  @FunctionalInterface
  private interface Waiting {
    void run() throws InterruptedException;
  }

  private static Thread inThread(Waiting action) {
    Thread thread =
        new Thread(
            () -> {
              try {
                action.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void put(ProcessEvent... events) throws InterruptedException {
    putAll(buffer, events);
  }

  /** What can be taken without waiting. */
  private List<String> takeAll() throws InterruptedException {
    List<String> all = new ArrayList<>();
    try {
      ProcessEvent event;
      while ((event = buffer.take(0)) != null) {
        all.add(describe(event));
      }
    } catch (TimeoutException e) {
      all.add("nothing yet");
    }
    return all;
  }

  private static String describe(ProcessEvent event) {
    if (event instanceof Output output) {
      return output.channel() + " " + output.size();
    }
    if (event instanceof OutputGap gap) {
      return "gap " + gap.channel() + " " + text(gap.from()) + ".." + text(gap.to());
    }
    return "end";
  }

  private static String text(OptionalLong offset) {
    return offset.isPresent() ? String.valueOf(offset.getAsLong()) : "?";
  }

  private static Output out(int size) {
    return Output.of(Channel.STDOUT, new byte[size]);
  }

  private static Output err(int size) {
    return Output.of(Channel.STDERR, new byte[size]);
  }

  private static OutputGap gap(long from, long to) {
    return new OutputGap(Channel.STDOUT, OptionalLong.of(from), OptionalLong.of(to), "lost");
  }

  private static OutputGap unknownGap() {
    return new OutputGap(Channel.STDOUT, OptionalLong.empty(), OptionalLong.empty(), "lost");
  }
}
