package dev.sandpiper.temporal;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Output in the files of a directory that all workers share. */
record FileSink(Path directory) implements OutputSink {

  static OutputSink open(Path root, String workflowId) throws IOException {
    Path directory = Files.createDirectories(root.resolve(workflowId));
    append(directory, "attempts", "opened\n");
    return new FileSink(directory);
  }

  private static void append(Path directory, String name, String text) throws IOException {
    Files.writeString(
        directory.resolve(name), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Override
  public long length(Channel channel) throws IOException {
    Path file = directory.resolve(channel.name());
    return Files.exists(file) ? Files.size(file) : 0;
  }

  @Override
  public void write(Channel channel, long offset, ByteBuffer bytes) throws IOException {
    Path file = directory.resolve(channel.name());
    try (FileChannel target =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long place = offset;
      while (bytes.hasRemaining()) {
        place += target.write(bytes, place);
      }
    }
  }

  @Override
  public void gap(OutputGap gap) throws IOException {
    append(directory, "gaps", gap.channel() + " " + gap.reason() + "\n");
  }

  @Override
  public void close() {}
}
