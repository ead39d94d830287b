package dev.sandpiper.blaxel.process;

import dev.sandpiper.NotFoundException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.blaxel.process.OutputDirectory.Part;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.http.CallScope;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The output of a process that this library did not start, read from the server's own log files.
 * Exact, except for what the server has cut off at the beginning; there is no notification of new
 * output.
 *
 * @param path the path of the files without their suffix
 * @param begin the position of the first event
 */
record ServerLogs(OutputDirectory files, String path, ByteOffsets begin) implements OutputSource {
  static String file(String path, Channel channel) {
    return path + (channel == Channel.STDERR ? ".stderr.log" : ".stdout.log");
  }

  @Override
  public List<Log> readers(Consumer<ProcessEvent> events, CallScope scope) {
    return List.of(
        reader(Channel.STDOUT, begin.stdout(), events, scope),
        reader(Channel.STDERR, begin.stderr(), events, scope));
  }

  private Log reader(
      Channel channel, long position, Consumer<ProcessEvent> events, CallScope scope) {
    return new Log(channel, file(path, channel), files, scope, events, position);
  }

  @Override
  public Marks marks() {
    return Marks.NONE;
  }

  /** Does nothing: reading the files shows everything. */
  @Override
  public boolean look(CallScope scope) {
    return true;
  }

  @Override
  public boolean isWatched() {
    return false;
  }

  /**
   * One output in the server's log file. The server releases the beginning of a long file block by
   * block, which then reads as NULs.
   */
  private static final class Log implements Reader {
    private static final int BLOCK = 4096;

    /** The server never releases this much at the end; NULs there were written by the program. */
    private static final int LEAST_CUT = 256 << 10;

    private final Channel channel;
    private final String path;
    private final OutputDirectory files;
    private final CallScope scope;
    private final Consumer<ProcessEvent> events;
    private long position;
    private int spoilt;

    Log(
        Channel channel,
        String path,
        OutputDirectory files,
        CallScope scope,
        Consumer<ProcessEvent> events,
        long position) {
      this.channel = channel;
      this.path = path;
      this.files = files;
      this.scope = scope;
      this.events = events;
      this.position = position;
    }

    /**
     * Reads more. False if there is nothing new.
     *
     * @throws NotFoundException if the file does not exist or belongs to a later process
     */
    @Override
    public boolean read() {
      Part part = files.readAt(path, channel, position, ExactChannel.PIECE, scope);
      if (part instanceof Part.Bytes read) {
        spoilt = 0;
        deliver(read);
        return true;
      }
      if (part instanceof Part.Missing) {
        throw missing("the server's log file no longer exists");
      }
      if (part instanceof Part.Nothing nothing && nothing.size() < position) {
        throw missing(
            "the server's log file is shorter than before: it belongs to another process");
      }
      spoilt += part instanceof Part.Spoilt ? 1 : 0;
      OutputDirectory.rejectIfHopeless(spoilt, path);
      return part instanceof Part.Spoilt;
    }

    private NotFoundException missing(String observed) {
      return ProcessApi.unknown("follow", path, observed);
    }

    private void deliver(Part.Bytes read) {
      byte[] bytes = read.output().toByteArray();
      int hole = read.total() - position > LEAST_CUT ? holeIn(bytes) : 0;
      if (hole > 0) {
        events.accept(
            new OutputGap(
                channel,
                OptionalLong.of(position),
                OptionalLong.of(position + hole),
                "the sandbox's server has removed it from the beginning of its log"));
      }
      if (hole < bytes.length) {
        events.accept(
            hole == 0
                ? read.output()
                : Output.of(channel, Arrays.copyOfRange(bytes, hole, bytes.length)));
      }
      position += bytes.length;
    }

    /** How many bytes of a piece were cut off: whole blocks of NULs at its beginning. */
    private int holeIn(byte[] bytes) {
      int nuls = 0;
      while (nuls < bytes.length && bytes[nuls] == 0) {
        nuls++;
      }
      long end = position + nuls;
      int whole = nuls - (int) (end % BLOCK);
      return whole > 0 && (whole >= BLOCK || position % BLOCK != 0) ? whole : 0;
    }
  }
}
