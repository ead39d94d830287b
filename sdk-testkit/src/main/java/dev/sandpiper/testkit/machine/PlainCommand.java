package dev.sandpiper.testkit.machine;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command started by Java itself, for machines without perl. A death by signal N is reported as
 * an exit with 128 + N, and output of a child after the command's end may be lost.
 */
public final class PlainCommand implements RunningCommand {
  /** {@code error=20, Not a directory}, since release 25 {@code error: 20 (Not a directory)}. */
  private static final Pattern REASON =
      Pattern.compile("error(?:=|: )\\d+(?:, | \\()(.+?)\\)?\\s*$");

  private final Process process;
  private final boolean takesInput;

  private PlainCommand(Process process, boolean takesInput) {
    this.process = process;
    this.takesInput = takesInput;
  }

  public static PlainCommand start(Launch launch) throws IOException, Launch.RefusedException {
    List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", "exec \"$@\"", "sh"));
    words.addAll(launch.command());
    ProcessBuilder builder = new ProcessBuilder(words).directory(new File(launch.directory()));
    builder.environment().clear();
    builder.environment().putAll(launch.environment());
    if (!launch.takesInput()) builder.redirectInput(new File("/dev/null"));
    return new PlainCommand(start(builder), launch.takesInput());
  }

  /** Starts a process; a rejection has the kernel's own message. */
  public static Process start(ProcessBuilder builder) throws IOException, Launch.RefusedException {
    try {
      return builder.start();
    } catch (IOException e) {
      Matcher matcher = REASON.matcher(String.valueOf(e.getMessage()));
      if (!matcher.find()) throw e;
      throw new Launch.RefusedException(matcher.group(1).toLowerCase(Locale.ROOT));
    }
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public OutputStream input() {
    return takesInput ? process.getOutputStream() : OutputStream.nullOutputStream();
  }

  @Override
  public InputStream output() {
    return process.getInputStream();
  }

  @Override
  public InputStream errors() {
    return process.getErrorStream();
  }

  @Override
  public void resize(TerminalSize size) throws IOException {
    throw new IOException("process " + pid() + " has no terminal");
  }

  @Override
  public Exit waitFor() throws InterruptedException {
    return Exit.withCode(process.waitFor());
  }

  @Override
  public void signal(boolean kill) {
    if (kill) {
      process.destroyForcibly();
    } else {
      process.destroy();
    }
  }

  @Override
  public Optional<ProcessHandle> handle() {
    return Optional.of(process.toHandle());
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      process.getInputStream().close();
      process.getErrorStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close our end of a pipe", e);
    }
  }
}
