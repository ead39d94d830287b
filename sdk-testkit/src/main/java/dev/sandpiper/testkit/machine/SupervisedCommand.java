package dev.sandpiper.testkit.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command under the supervisor, {@code supervise.pl}, which is its parent and knows its exit
 * status. The command's pipes are named ones that both sides open, so that they do not end with the
 * supervisor, and so that closing our end wakes a blocked reader; their names are removed before
 * another process could use them.
 */
final class SupervisedCommand implements RunningCommand {
  private static final Logger log = LoggerFactory.getLogger(SupervisedCommand.class);

  private final Process supervisor;
  private final SupervisorReports reports;
  private final FileChannel output;
  private final @Nullable FileChannel errors;
  private final @Nullable FileChannel input;
  private final long pid;
  private final Optional<ProcessHandle> handle;

  private SupervisedCommand(
      Process supervisor,
      SupervisorReports reports,
      FileChannel output,
      @Nullable FileChannel errors,
      @Nullable FileChannel input,
      long pid) {
    this.supervisor = supervisor;
    this.reports = reports;
    this.output = output;
    this.errors = errors;
    this.input = input;
    this.pid = pid;
    this.handle = ProcessHandle.of(pid); // not reaped yet, so the pid is still its own
  }

  public static SupervisedCommand start(Path script, Path pipes, Launch launch)
      throws IOException, Launch.RefusedException {
    List<String> words = new ArrayList<>(launch.wrapper());
    words.addAll(List.of("perl", script.toString()));
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().keySet().retainAll(List.of("PATH"));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process supervisor = builder.start();
    SupervisorReports reports = new SupervisorReports(supervisor.inputReader(UTF_8));
    FileChannel[] opened = new FileChannel[3];
    try {
      tell(supervisor, describe(pipes, launch));
      reports.expect("ready");
      opened[0] = FileChannel.open(pipes.resolve("out"), StandardOpenOption.READ);
      if (launch.terminal() == null) {
        opened[1] = FileChannel.open(pipes.resolve("err"), StandardOpenOption.READ);
      }
      if (launch.takesInput() || launch.terminal() != null) {
        opened[2] = FileChannel.open(pipes.resolve("in"), StandardOpenOption.WRITE);
      }
      tell(supervisor, new byte[1]);
      long pid = Long.parseLong(reports.expect("started"));
      SupervisedCommand command =
          new SupervisedCommand(supervisor, reports, opened[0], opened[1], opened[2], pid);
      tell(supervisor, new byte[1]);
      return command;
    } catch (IOException | Launch.RefusedException e) {
      supervisor.destroyForcibly();
      for (FileChannel channel : opened) closeQuietly(channel);
      throw e;
    }
  }

  private static byte[] describe(Path pipes, Launch launch) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(bytes);
    write(data, pipes.toString());
    write(data, launch.takesInput() ? "1" : "0");
    TerminalSize terminal = launch.terminal();
    write(data, terminal == null ? "" : terminal.columns() + " " + terminal.rows());
    write(data, launch.directory());
    data.writeInt(launch.environment().size());
    for (Map.Entry<String, String> variable : launch.environment().entrySet()) {
      write(data, variable.getKey());
      write(data, variable.getValue());
    }
    data.writeInt(launch.command().size());
    for (String word : launch.command()) write(data, word);
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream data, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    data.writeInt(bytes.length);
    data.write(bytes);
  }

  private static void tell(Process supervisor, byte[] bytes) throws IOException {
    OutputStream stream = supervisor.getOutputStream();
    stream.write(bytes);
    stream.flush();
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public OutputStream input() {
    return input == null ? OutputStream.nullOutputStream() : Channels.newOutputStream(input);
  }

  @Override
  public InputStream output() {
    return Channels.newInputStream(output);
  }

  @Override
  public InputStream errors() {
    return errors == null ? InputStream.nullInputStream() : Channels.newInputStream(errors);
  }

  @Override
  public void resize(TerminalSize size) throws IOException {
    byte[] bytes =
        ByteBuffer.allocate(4)
            .putShort((short) size.columns())
            .putShort((short) size.rows())
            .array();
    try {
      reports.resize(() -> tell(supervisor, bytes)).get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server is stopping");
    }
  }

  @Override
  public Exit waitFor() throws InterruptedException {
    String line = lastReport();
    supervisor.waitFor();
    if (line == null) return Exit.unseen();
    String[] words = line.split(" ", -1);
    return words[0].equals("killed")
        ? Exit.bySignal(Integer.parseInt(words[1]), words[2], words[3].equals("1"))
        : Exit.withCode(Integer.parseInt(words[1]));
  }

  private @Nullable String lastReport() {
    try {
      return reports.end();
    } catch (IOException e) {
      log.warn("the supervisor of process {} is out of reach", pid, e);
      return null;
    }
  }

  @Override
  public void signal(boolean kill) {
    handle.ifPresent(kill ? ProcessHandle::destroyForcibly : ProcessHandle::destroy);
  }

  @Override
  public Optional<ProcessHandle> handle() {
    return handle;
  }

  @Override
  public void close() {
    closeQuietly(output);
    closeQuietly(errors);
    closeQuietly(input);
  }

  private static void closeQuietly(@Nullable Channel channel) {
    if (channel == null) return;
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close our end of a pipe", e);
    }
  }
}
