package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.engine.CommandLauncher;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.engine.RunningTerminal;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts commands and waits until they run: the head of a stream comes before the start, and a
 * process that does not read its events would not learn that it never was. By the other route the
 * answer to the start tells. Keeps what it started.
 */
final class ConfirmingLauncher implements CommandLauncher {
  private static final Logger log = LoggerFactory.getLogger(ConfirmingLauncher.class);

  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final Duration LIMIT = Duration.ofSeconds(9);

  private final ExactLauncher launcher;
  private final BlaxelCommand command;
  private @Nullable BlaxelRunning started;

  ConfirmingLauncher(ExactLauncher launcher, BlaxelCommand command) {
    this.launcher = launcher;
    this.command = command;
  }

  /** What was started last; for the thread that started it. */
  BlaxelRunning started() {
    return requireNonNull(started, "started");
  }

  @Override
  public RunningCommand launch(Command common, CallScope scope) {
    BlaxelRunning running = launcher.launch(command, scope);
    if (running instanceof StreamedCommand streamed) {
      confirm(streamed, scope);
    }
    started = running;
    return running;
  }

  private void confirm(StreamedCommand running, CallScope scope) {
    try {
      launcher.streamed().confirm(running, scope);
    } catch (RuntimeException e) {
      if (scope.hasEnded()) {
        Uninterrupted.run(() -> stop(running));
      }
      running.close();
      throw e;
    }
  }

  private static void stop(StreamedCommand running) {
    try {
      running.stopTree(GRACE, CallScope.open().within(LIMIT));
    } catch (SandboxException e) {
      log.warn("{} was started, is not wanted and could not be stopped: {}", running.ref(), e);
    }
  }

  @Override
  public RunningTerminal launchTerminal(Command common, TerminalSize size, CallScope scope) {
    return launcher.launchTerminal(common, size, scope);
  }

  @Override
  public RunningCommand attach(ProcessRef ref, CallScope scope) {
    return launcher.attach(ref, scope);
  }

  @Override
  public RunningTerminal attachTerminal(ProcessRef ref, CallScope scope) {
    return launcher.attachTerminal(ref, scope);
  }

  @Override
  public List<ProcessInfo> list(CallScope scope) {
    return launcher.list(scope);
  }
}
