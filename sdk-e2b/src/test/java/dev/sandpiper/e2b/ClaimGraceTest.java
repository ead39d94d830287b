package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import okio.BufferedSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A process that waits for its output to be claimed looks neither silent nor lost. */
@Timeout(30)
class ClaimGraceTest {
  private static final Duration IDLE = Duration.ofSeconds(1); // a third of the grace
  private static final int PIECES = 3_000;
  private static final String PIECE = "x".repeat(1_000);

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  // Platform threads: Thread.getAllStackTraces does not show virtual ones.
  private final ExecutorService pumps = Executors.newCachedThreadPool();
  private final CountDownLatch unclaimed = new CountDownLatch(1);
  private final AtomicInteger keepAlives = new AtomicInteger();

  /** Much output, keep-alives until nobody claimed it in time, and the end. */
  private final class Ticking implements MockResponseBody {
    @Override
    public long getContentLength() {
      return -1;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      write(sink, Frames.start(7));
      for (int i = 0; i < PIECES; i++) {
        write(sink, Frames.stdout(PIECE));
      }
      while (!isOver()) {
        write(sink, Frames.keepAlive());
        keepAlives.incrementAndGet();
      }
      write(
          sink,
          Frames.joined(Frames.stdout("end"), Frames.exited(5), Frames.goodbye()).readByteArray());
      sink.writeUtf8("0\r\n\r\n").flush();
    }

    private boolean isOver() throws IOException {
      try {
        return unclaimed.await(50, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }

    private void write(BufferedSink sink, byte[] frames) throws IOException {
      sink.writeHexadecimalUnsignedLong(frames.length).writeUtf8("\r\n");
      sink.write(frames).writeUtf8("\r\n").flush();
    }
  }

  private E2bSandbox sandbox() throws Exception {
    return e2b.sandbox(
        e2b.open(
            e2b.builder().executor(pumps).idleLimit(IDLE).reattachLimit(Duration.ofSeconds(20))),
        "0.6.13");
  }

  @AfterEach
  void endThreads() {
    pumps.shutdown();
  }

  private void answerTicking() {
    e2b.answer(
        new MockResponse.Builder()
            .addHeader("Content-Type", Frames.streamType())
            .body(new Ticking())
            .setHeader("Transfer-Encoding", "chunked")
            .build());
  }

  private static boolean isWaitedFor() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(Arrays::stream)
        .anyMatch(frame -> frame.getMethodName().equals("awaitClaim"));
  }

  @Test
  void aStreamThatWaitsForAClaimInVainIsNotTakenForSilent() throws Exception {
    E2bSandbox sandbox = sandbox();
    answerTicking();
    try (Process process = sandbox.processes().start(Command.of("make"))) {
      Patience.until("the claim is waited for", ClaimGraceTest::isWaitedFor);
      int before = keepAlives.get();
      long began = System.nanoTime();
      Patience.until("the grace is over", () -> !isWaitedFor());
      assertThat(System.nanoTime() - began).isGreaterThan(2 * IDLE.toNanos());
      assertThat(keepAlives.get()).describedAs("sent meanwhile").isGreaterThan(before);
      unclaimed.countDown();

      assertThat(process.waitFor()).isEqualTo(new Exited(5));
      List<ProcessEvent> events = new ArrayList<>();
      process.events().forEach(events::add);
      assertThat(events.get(0)).isInstanceOf(OutputGap.class);
      assertThat(events.stream().filter(OutputGap.class::isInstance)).hasSize(1);
      assertThat(((Output) events.get(events.size() - 2)).text()).isEqualTo("end");
    }
    e2b.take("POST /process.Process/Start");
  }

  @Test
  void whatIsClaimedWithinTheGraceIsWhole() throws Exception {
    E2bSandbox sandbox = sandbox();
    answerTicking();
    unclaimed.countDown();
    try (Process process = sandbox.processes().start(Command.of("make"))) {
      Patience.until("the claim is waited for", ClaimGraceTest::isWaitedFor);
      long size = 0;
      for (ProcessEvent event : process.events()) {
        assertThat(event).isInstanceOfAny(Output.class, Ended.class);
        size += event instanceof Output output ? output.size() : 0;
      }
      assertThat(size).isEqualTo((long) PIECES * PIECE.length() + 3);
    }
    e2b.take("POST /process.Process/Start");
  }
}
