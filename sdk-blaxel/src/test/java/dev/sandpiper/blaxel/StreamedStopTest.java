package dev.sandpiper.blaxel;

import static dev.sandpiper.blaxel.StreamedMessages.LOOK;
import static dev.sandpiper.blaxel.StreamedMessages.NDJSON;
import static dev.sandpiper.blaxel.StreamedMessages.START;
import static dev.sandpiper.blaxel.StreamedMessages.ended;
import static dev.sandpiper.blaxel.StreamedMessages.result;
import static dev.sandpiper.blaxel.StreamedMessages.running;
import static dev.sandpiper.blaxel.StreamedMessages.stdout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Signal;
import dev.sandpiper.WireFormatException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import okio.BufferedSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streamed commands that are stopped or signalled. */
class StreamedStopTest {
  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** A stream that says something at once, and the rest when the process has been stopped. */
  private MockResponse untilStopped(String first, String rest) {
    return new MockResponse.Builder()
        .addHeader("Content-Type", NDJSON)
        .body(
            new MockResponseBody() {
              @Override
              public long getContentLength() {
                return (long) first.length() + rest.length();
              }

              @Override
              public void writeTo(BufferedSink sink) throws IOException {
                sink.writeUtf8(first).flush();
                try {
                  if (stopped.await(10, TimeUnit.SECONDS)) {
                    sink.writeUtf8(rest);
                  }
                } catch (InterruptedException e) {
                  throw new InterruptedIOException();
                }
              }
            })
        .build();
  }

  /** The next start is the one that stops the group 17. */
  private void expectStop() {
    blaxel.on(
        START,
        request -> {
          JsonNode body = ScriptedBlaxel.json(request);
          assertThat(body.path("command").asText()).contains(" sh '200' '").endsWith("/17'");
          assertThat(body.path("waitForCompletion").asBoolean()).isTrue();
          stopped.countDown();
          return ScriptedBlaxel.json(200, ended(0));
        });
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, running()));
  }

  @Test
  void garbageIsToldAtOnceTheCommandStoppedAndTheStreamReadToItsEnd() {
    blaxel.on(START, untilStopped("what?\n", "rest\n"));
    expectStop();
    BlaxelSandbox sandbox = blaxel.sandbox();
    assertThatThrownBy(() -> sandbox.exec("true")).isInstanceOf(WireFormatException.class);
  }

  @Test
  void anInterruptStopsTheCommand() {
    blaxel.on(START, untilStopped(stdout("a"), result(143)));
    expectStop();
    BlaxelSandbox sandbox = blaxel.sandbox();
    Thread caller = Thread.currentThread();
    assertThatThrownBy(
            () -> sandbox.processes().exec(Command.of("true"), output -> caller.interrupt()))
        .isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void anInterruptIsNoticedBeforeTheRestOfWhatHasArrived() {
    blaxel.on(START, untilStopped(stdout("a").repeat(5_000), result(143)));
    expectStop();
    BlaxelSandbox sandbox = blaxel.sandbox();
    Thread caller = Thread.currentThread();
    AtomicInteger delivered = new AtomicInteger();
    assertThatThrownBy(
            () ->
                sandbox
                    .processes()
                    .exec(
                        Command.of("true"),
                        output -> {
                          if (delivered.incrementAndGet() == 100) {
                            caller.interrupt();
                          }
                        }))
        .isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(delivered).hasValue(100);
  }

  @Test
  void aDeadlineStopsTheCommandAndKeepsWhatItWrote() {
    blaxel.on(START, untilStopped(stdout("a"), result(143)));
    expectStop();
    BlaxelSandbox sandbox = blaxel.sandbox();
    assertThatThrownBy(
            () -> sandbox.processes().exec(Command.of("true").timeout(Duration.ofMillis(300))))
        .isInstanceOfSatisfying(
            DeadlineExceededException.class,
            e -> {
              ExecResult partial = e.partialResult().orElseThrow();
              assertThat(partial.stdout().text()).isEqualTo("a");
              assertThat(partial.exit()).isEqualTo(new ExitStatus.Exited(143));
            });
  }

  @Test
  void closingStopsTheProcess() throws Exception {
    blaxel.on(START, untilStopped(stdout("a"), result(143)));
    expectStop();
    BlaxelProcess process =
        blaxel.sandbox().processes().start(BlaxelCommand.of(Command.of("sleep", "9")));
    process.close();
    process.close();
  }

  @Test
  void signalsGoToTheGroupByAKillInside() throws Exception {
    blaxel.on(
        START,
        new MockResponse.Builder()
            .addHeader("Content-Type", NDJSON)
            .chunkedBody(result(143), 1000)
            .bodyDelay(700, TimeUnit.MILLISECONDS)
            .build());
    blaxel.on(START, ScriptedBlaxel.json(200, ended(0)));
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, running()));
    BlaxelProcess process =
        blaxel.sandbox().processes().start(BlaxelCommand.of(Command.of("sleep", "9")));
    assertThat(process.signal(Signal.USR1)).isTrue();
    assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(143));
    process.close();
  }
}
