package dev.sandpiper.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.testing.Patience;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A test of one process whose command is scripted; after it nothing may be left. */
abstract class ScriptedProcess {
  static final Output PIECE = Output.of(Channel.STDOUT, new byte[64 << 10]);
  static final ExitStatus DONE = new ExitStatus.Exited(0);
  final ScriptedCommand scripted = new ScriptedCommand();
  final Engine engine = new Engine();

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).describedAs("a test left the interrupt flag").isFalse();
    Patience.until("the stream is dropped", scripted::isClosed);
    closeEngines();
  }

  void closeEngines() {
    engine.close();
  }

  static <T> CompletableFuture<T> inThread(Callable<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(call.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            },
            "test-caller");
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  static String text(@Nullable ProcessEvent event) {
    return ((Output) Objects.requireNonNull(event)).text();
  }

  static OutputStream sink() {
    return OutputStream.nullOutputStream();
  }

  static ConnectionLostException lost() {
    return new ConnectionLostException(Failure.of("start", "scripted", "lost"), null, null);
  }
}
