package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.engine.CommandLauncher;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.engine.RunningTerminal;
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
  public RunningCommand launch(Command common) {
    BlaxelRunning running = launcher.launch(command);
    if (running instanceof StreamedCommand streamed) {
      confirm(streamed);
    }
    started = running;
    return running;
  }

  private void confirm(StreamedCommand running) {
    try {
      launcher.streamed().confirm(running);
    } catch (CancelledException e) {
      stop(running);
      throw e;
    } catch (RuntimeException e) {
      running.close();
      throw e;
    }
  }

  private static void stop(StreamedCommand running) {
    boolean interrupted = Thread.interrupted();
    try {
      running.stopTree(Duration.ofSeconds(2));
    } catch (SandboxException e) {
      log.warn("{} was started, is not wanted and could not be stopped: {}", running.ref(), e);
    } finally {
      running.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public RunningTerminal launchTerminal(Command common, TerminalSize size) {
    return launcher.launchTerminal(common, size);
  }

  @Override
  public RunningCommand attach(ProcessRef ref) {
    return launcher.attach(ref);
  }

  @Override
  public RunningTerminal attachTerminal(ProcessRef ref) {
    return launcher.attachTerminal(ref);
  }

  @Override
  public List<ProcessInfo> list() {
    return launcher.list();
  }
}
