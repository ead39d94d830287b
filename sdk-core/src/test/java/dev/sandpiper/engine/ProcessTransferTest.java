package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The output of a process, copied to streams. */
@Timeout(20)
class ProcessTransferTest extends ScriptedProcess {
  @Test
  void transferToCopiesBothChannelsAndReturnsTheStatus() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    scripted.writes("o1").complains("e1").writes("o2").exits(2);
    try (Process process = engine.start(scripted)) {
      assertThat(process.transferTo(out, err)).isEqualTo(new ExitStatus.Exited(2));
    }
    assertThat(out.toString(UTF_8)).isEqualTo("o1o2");
    assertThat(err.toString(UTF_8)).isEqualTo("e1");
  }

  @Test
  void transferToFlushesWhenNothingMoreIsThere() throws Exception {
    CompletableFuture<String> flushed = new CompletableFuture<>();
    ByteArrayOutputStream out =
        new ByteArrayOutputStream() {
          @Override
          public void flush() {
            flushed.complete(toString(UTF_8));
          }
        };
    try (Process process = engine.start(scripted)) {
      CompletableFuture<ExitStatus> copying = inThread(() -> process.transferTo(out, out));
      scripted.writes("prompt> ");

      assertThat(flushed.get(5, TimeUnit.SECONDS)).isEqualTo("prompt> ");
      scripted.exits(0);
      assertThat(copying.get(5, TimeUnit.SECONDS)).isEqualTo(DONE);
    }
  }

  @Test
  void transferToThatCannotWriteLeavesTheProcessAlone() throws Exception {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            throw new IOException("disk full");
          }
        };
    scripted.writes("a");
    try (Process process = engine.start(scripted)) {
      assertThatThrownBy(() -> process.transferTo(full, full)).hasMessage("disk full");
      assertThat(scripted.stops).hasValue(0);
      scripted.writes("b").exits(0);

      assertThat(process.waitFor()).isEqualTo(DONE);
    }
  }

  @Test
  void transferToIsFreedByClose() {
    Process process = engine.start(scripted);
    CompletableFuture<ExitStatus> copying = inThread(() -> process.transferTo(sink(), sink()));
    Patience.until("the output is claimed", ProcessTransferTest::callerIsReading);
    process.close();

    assertThat(copying)
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(CancelledException.class);
  }

  private static boolean callerIsReading() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(
            thread ->
                thread.getName().equals("test-caller") && Patience.isInside(thread, "EventQueue"));
  }
}
