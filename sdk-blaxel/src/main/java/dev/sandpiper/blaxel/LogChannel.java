package dev.sandpiper.blaxel;

import dev.sandpiper.NotFoundException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.ExactFiles.Part;
import dev.sandpiper.http.CallScope;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * One output of a process in the file in which the server keeps it. The server gives the head of a
 * long one back to the system, block by block, where only NULs are read then.
 */
final class LogChannel implements OutputReader {
  private static final int BLOCK = 4096;

  /** So much of a file's end is never cut; and what a program writes may be NULs too. */
  private static final int LEAST_CUT = 256 << 10;

  private static final int MOST_SPOILT = 20;

  private final Channel channel;
  private final String path;
  private final ExactFiles files;
  private final CallScope scope;
  private final Consumer<ProcessEvent> events;
  private long position;
  private int spoilt;

  LogChannel(
      Channel channel,
      String path,
      ExactFiles files,
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
   * Reads on. False if there is nothing for the moment.
   *
   * @throws NotFoundException if there is no such file, or it is a later process's
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
      throw missing("the server keeps no such file any more");
    }
    if (part instanceof Part.Nothing nothing && nothing.size() < position) {
      throw missing("it is shorter than what was read of it: another process's");
    }
    if (part instanceof Part.Spoilt && ++spoilt > MOST_SPOILT) {
      throw new WireFormatException(
          ExactFiles.failure(path, "the sandbox sent something else in place of these bytes"),
          null);
    }
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
              "the sandbox's server has cut it off the head of its log"));
    }
    if (hole < bytes.length) {
      events.accept(
          hole == 0
              ? read.output()
              : Output.of(channel, Arrays.copyOfRange(bytes, hole, bytes.length)));
    }
    position += bytes.length;
  }

  /** How much of a piece was cut off: whole blocks of NULs from here on. */
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
