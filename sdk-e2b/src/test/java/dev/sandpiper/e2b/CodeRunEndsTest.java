package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.CodeMessages.END;
import static dev.sandpiper.e2b.CodeMessages.EXECUTE;
import static dev.sandpiper.e2b.CodeMessages.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.interpreter.CodeInterpreter;
import dev.sandpiper.interpreter.CodeRequest;
import dev.sandpiper.interpreter.Execution;
import dev.sandpiper.interpreter.ExecutionDeadlineException;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs of code that the caller ends: by a listener, a limit, an interrupt. */
@Timeout(60)
class CodeRunEndsTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  /** An answer that begins like this and then is silent. */
  private static MockResponse stalled(String begin) {
    return new MockResponse.Builder()
        .body(begin + " ".repeat(100_000))
        .throttleBody(begin.length(), 1, TimeUnit.HOURS)
        .build();
  }

  @Test
  void aListenerThatThrowsEndsTheCallAndSeesNoMore() throws Exception {
    List<String> seen = new ArrayList<>();
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    IllegalStateException thrown = new IllegalStateException("enough");
    e2b.answer(
        stalled(
            "{\"type\": \"stdout\", \"text\": \"a\"}\n{\"type\": \"stdout\", \"text\": \"b\"}\n"));
    assertThatThrownBy(
            () ->
                interpreter.runCode(
                    CodeRequest.of("1"),
                    output -> {
                      seen.add(output.text());
                      throw thrown;
                    }))
        .isSameAs(thrown);
    e2b.take(EXECUTE);
    assertThat(seen).containsExactly("a");

    e2b.answer(stream("{\"type\": \"stdout\", \"text\": \"a\"}\n" + END));
    assertThatThrownBy(
            () ->
                interpreter.runCode(
                    CodeRequest.of("1"),
                    output -> {
                      throw new IOException("full");
                    }))
        .isInstanceOf(UncheckedIOException.class)
        .hasRootCauseMessage("full");
    e2b.take(EXECUTE);
  }

  @Test
  void whatAListenerThrowsIsNeverTakenForALossOfTheConnection() throws Exception {
    SandboxException own = new PlatformException(Failure.of("write", "/a", "the disk is full"));
    e2b.answer(stream("{\"type\": \"stdout\", \"text\": \"a\"}\n" + END));
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    assertThatThrownBy(
            () ->
                interpreter.runCode(
                    CodeRequest.of("1"),
                    output -> {
                      throw own;
                    }))
        .isSameAs(own);
    e2b.take(EXECUTE);
  }

  @Test
  void aSlowListenerIsNotALostConnection() throws Exception {
    e2b.answer(stream("{\"type\": \"stdout\", \"text\": \"a\"}\n".repeat(3) + END));
    E2bSandbox sandbox =
        e2b.sandbox(e2b.open(e2b.builder().idleLimit(Duration.ofMillis(100))), "0.6.13");
    Execution execution =
        sandbox
            .codeInterpreter()
            .runCode(CodeRequest.of("1"), output -> LockSupport.parkNanos(150_000_000));
    e2b.take(EXECUTE);

    assertThat(execution.stdout().text()).isEqualTo("aaa");
  }

  @Test
  void atItsDeadlineARunIsGivenUpWithWhatItHadGiven() throws Exception {
    e2b.answer(stalled("{\"type\": \"stdout\", \"text\": \"begun\"}\n"));
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    CodeRequest request = CodeRequest.of("1").timeout(Duration.ofMillis(300));
    ExecutionDeadlineException late =
        catchThrowableOfType(ExecutionDeadlineException.class, () -> interpreter.runCode(request));
    e2b.take(EXECUTE);

    assertThat(late.limit()).isEqualTo(Limit.DEADLINE);
    assertThat(late)
        .hasMessageContaining("cancelled at its deadline of 300 ms (CodeRequest.timeout)")
        .hasMessageContaining("E2B interrupts the code within about 5 s");
    assertThat(late.partialExecution().stdout().text()).isEqualTo("begun");
    assertThat(late.partialExecution().isComplete()).isFalse();
    assertThat(late.retryable()).isFalse();
  }

  @Test
  void silenceInARunIsTheIdleLimitButNotWhileItWaitsForItsContext() throws Exception {
    E2bClient client = e2b.open(e2b.builder().idleLimit(Duration.ofMillis(200)));
    CodeInterpreter interpreter = e2b.sandbox(client, "0.6.13").codeInterpreter();
    e2b.answer(stalled("{\"type\": \"keepalive\"}\n"));
    ExecutionDeadlineException silent =
        catchThrowableOfType(ExecutionDeadlineException.class, () -> interpreter.runCode("1"));
    e2b.take(EXECUTE);
    assertThat(silent.limit()).isEqualTo(Limit.IDLE);

    e2b.answer(
        new MockResponse.Builder()
            .chunkedBody(END, 1000)
            .bodyDelay(600, TimeUnit.MILLISECONDS)
            .build());
    assertThat(interpreter.runCode("1").isComplete()).isTrue();
    e2b.take(EXECUTE);
  }

  @Test
  void anInterruptClosesTheConnection() throws Exception {
    e2b.answer(stalled("{\"type\": \"stdout\", \"text\": \"begun\"}\n"));
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    Thread caller = Thread.currentThread();
    assertThatThrownBy(() -> interpreter.runCode(CodeRequest.of("1"), output -> caller.interrupt()))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("interrupted")
        .hasMessageContaining("E2B interrupts the code");
    assertThat(Thread.interrupted()).isTrue();
    e2b.take(EXECUTE);
  }

  @Test
  void cancellingTheFutureClosesTheConnection() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    e2b.answer(stalled("{\"type\": \"stdout\", \"text\": \"begun\"}\n"));
    CompletableFuture<Execution> future =
        e2b.sandbox()
            .codeInterpreter()
            .runCodeAsync(CodeRequest.of("1"), output -> begun.countDown());
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    e2b.take(EXECUTE);

    assertThat(future.cancel(true)).isTrue(); // the script proves that the connection is let go
    Patience.until("the future is over", future::isCancelled);
  }
}
