package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Process;
import dev.sandpiper.testing.Patience;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Commands run, and then their sandbox answers nothing: all that was promised a time keeps it. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ExactFrozenTest {
  private static final Duration LIMIT = Duration.ofSeconds(3);

  /** What closing and stopping promise, and what a busy machine needs. */
  private static final Duration STOPPING = Duration.ofSeconds(13);

  @RegisterExtension final RealProcesses blaxel = new RealProcesses();

  private record Ending(@Nullable Throwable thrown, Duration time) {}

  /** A call on a thread of its own. */
  private static final class Call {
    private final CompletableFuture<Ending> ending = new CompletableFuture<>();
    private final Thread thread;

    Call(ThrowingCallable call) {
      thread = new Thread(() -> run(call), "caller");
      thread.start();
    }

    private void run(ThrowingCallable call) {
      long began = System.nanoTime();
      Throwable thrown = catchThrowable(call);
      ending.complete(new Ending(thrown, Duration.ofNanos(System.nanoTime() - began)));
    }

    void interrupt() {
      thread.interrupt();
    }

    Ending await() throws Exception {
      return ending.get(40, TimeUnit.SECONDS);
    }
  }

  private Command sleeping(String name) {
    return Command.shell("touch " + blaxel.directory.resolve(name) + "; exec sleep 1000");
  }

  private void awaitBegun(String... names) {
    for (String name : names) {
      Patience.until(name + " has begun", () -> Files.exists(blaxel.directory.resolve(name)));
    }
  }

  @Test
  void detachingFromACommandWhoseFilesCannotBeLookedAtIsQuietAndFreesWhoWaits() throws Exception {
    String listing = "sbx/filesystem/" + blaxel.output();
    blaxel.meddle(
        "a listing that fails",
        request ->
            String.join("/", request.getUrl().pathSegments()).equals(listing)
                ? ScriptedBlaxel.json(500, "{\"error\":\"disk trouble\"}")
                : null);
    Process detached = blaxel.sandbox().processes().start(sleeping("detached"));
    Call waiting = new Call(detached::waitFor);
    awaitBegun("detached");

    assertThat(detached.detach().processId()).isNotEmpty();
    assertThat(waiting.await().thrown()).isInstanceOf(CancelledException.class);
    blaxel.stopWhatIsLeft(); // it was left alone
  }

  /** All at once, so that together they take as long as one. */
  @Test
  void whatWasPromisedATimeKeepsIt() throws Exception {
    BlaxelSandbox sandbox = blaxel.sandbox();
    Process closed = sandbox.processes().start(sleeping("closed"));
    Process detached = sandbox.processes().start(sleeping("detached"));
    Call waiting = new Call(closed::waitFor);
    Call interrupted = new Call(() -> sandbox.processes().exec(sleeping("interrupted")));
    Call limited = new Call(() -> sandbox.processes().exec(sleeping("limited").timeout(LIMIT)));
    awaitBegun("closed", "detached", "interrupted", "limited");

    blaxel.freeze();
    Call late = new Call(() -> sandbox.processes().exec(sleeping("late").timeout(LIMIT)));
    Call closing = new Call(closed::close);
    Call detaching = new Call(detached::detach);
    long began = System.nanoTime();
    interrupted.interrupt();

    assertThat(interrupted.await().thrown()).isInstanceOf(CancelledException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(STOPPING);
    assertThat(closing.await().time()).isLessThan(STOPPING);
    assertThat(closing.await().thrown()).isNull();
    // A look that began before the closing is over before it.
    assertThat(waiting.await().thrown())
        .isInstanceOfAny(CancelledException.class, ConnectionLostException.class);
    assertThat(detaching.await().time()).isLessThan(STOPPING);
    assertThat(detaching.await().thrown()).isNull();
    for (Call call : List.of(limited, late)) {
      assertThat(call.await().thrown()).isInstanceOf(DeadlineExceededException.class);
      assertThat(call.await().time()).isBetween(LIMIT, LIMIT.plus(STOPPING));
    }
    blaxel.stopWhatIsLeft(); // nobody could tell the sandbox to
  }
}
