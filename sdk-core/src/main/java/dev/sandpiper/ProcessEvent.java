package dev.sandpiper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.sandpiper.wire.ChannelDecoder;
import dev.sandpiper.wire.OutputTexts;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An event of a process. In order: any number of {@link Output} and {@link OutputGap}, then one
 * {@link Ended}, always last. Within a channel the events are in the order of writing; no platform
 * keeps the order between stdout and stderr (use {@link Command#mergeErrors()} to get a
 * transcript).
 */
public sealed interface ProcessEvent {

  /** The source of output. A terminal has one channel for everything. */
  enum Channel {
    STDOUT,
    STDERR,
    TERMINAL
  }

  /**
   * Some bytes that the process wrote, as the platform sent them in one piece: not necessarily a
   * line or a whole number of characters. Immutable.
   */
  final class Output implements ProcessEvent {
    private static final byte[] NOTHING = {};

    static {
      ChannelDecoder.use(new Texts());
    }

    private final Channel channel;
    private final byte[] bytes;
    private final byte[] carried;
    private final int unfinished;
    private final @Nullable Instant writtenAt;

    private Output(Channel channel, byte[] bytes, byte[] carried, @Nullable Instant writtenAt) {
      this.channel = requireNonNull(channel, "channel");
      this.bytes = bytes;
      this.carried = carried;
      this.unfinished = Utf8Tail.lengthOf(carried, bytes);
      this.writtenAt = writtenAt;
    }

    private Output(Channel channel, byte[] carried) {
      this.channel = channel;
      this.bytes = NOTHING;
      this.carried = carried;
      this.unfinished = 0;
      this.writtenAt = null;
    }

    /**
     * Output whose text is decoded independently. Takes ownership of {@code bytes}: do not change
     * them afterwards.
     */
    public static Output of(Channel channel, byte[] bytes) {
      return new Output(channel, bytes, NOTHING, null);
    }

    /** A copy with the time at which it was written. */
    public Output writtenAt(Instant time) {
      return new Output(channel, bytes, carried, requireNonNull(time, "time"));
    }

    /** Operations for the reader of a channel only. */
    private static final class Texts implements OutputTexts {
      @Override
      public Output ofUnfinished(Channel channel, byte[] carried) {
        return new Output(channel, carried.clone());
      }

      @Override
      public Output continuing(byte[] carried, Output output) {
        return carried.length == 0
            ? output
            : new Output(output.channel, output.bytes, carried.clone(), output.writtenAt);
      }

      @Override
      public byte[] unfinished(Output output) {
        if (output.unfinished == 0) {
          return NOTHING;
        }
        byte[] pending = output.withCarried();
        return Arrays.copyOfRange(pending, pending.length - output.unfinished, pending.length);
      }
    }

    public Channel channel() {
      return channel;
    }

    /** When it was written, by the sandbox's clock; empty on platforms that do not report it. */
    public Optional<Instant> writtenAt() {
      return Optional.ofNullable(writtenAt);
    }

    /** The number of bytes. */
    public int size() {
      return bytes.length;
    }

    /** A read-only view of the bytes. */
    public ByteBuffer asByteBuffer() {
      return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** A copy of the bytes. */
    public byte[] toByteArray() {
      return bytes.clone();
    }

    /** Writes the bytes to {@code target}, without flushing it. */
    public void writeTo(OutputStream target) throws IOException {
      target.write(bytes);
    }

    /**
     * The bytes as UTF-8. The texts of one channel, concatenated, equal the result of decoding the
     * whole channel: a character that is incomplete at the end of this output is in the next text,
     * and malformed bytes become U+FFFD.
     */
    public String text() {
      if (carried.length == 0) {
        return new String(bytes, 0, bytes.length - unfinished, UTF_8);
      }
      byte[] pending = withCarried();
      return new String(pending, 0, pending.length - unfinished, UTF_8);
    }

    private byte[] withCarried() {
      byte[] pending = Arrays.copyOf(carried, carried.length + bytes.length);
      System.arraycopy(bytes, 0, pending, carried.length, bytes.length);
      return pending;
    }

    /** True for the same bytes and text of the same channel, written at the same time. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Output that
          && channel == that.channel
          && Arrays.equals(bytes, that.bytes)
          && Arrays.equals(carried, that.carried)
          && Objects.equals(writtenAt, that.writtenAt);
    }

    @Override
    public int hashCode() {
      return 31 * channel.hashCode() + Arrays.hashCode(bytes);
    }

    /** Channel and size, never the content. */
    @Override
    public String toString() {
      return channel + "[" + bytes.length + " bytes]";
    }
  }

  /**
   * Output that was written but is not available.
   *
   * @param from offset of the first missing byte in its channel, if known
   * @param to offset after the last missing byte, if known
   * @param reason why it is missing, as text for people
   */
  record OutputGap(Channel channel, OptionalLong from, OptionalLong to, String reason)
      implements ProcessEvent {
    public OutputGap {
      requireNonNull(channel, "channel");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
      requireNonNull(reason, "reason");
    }

    @Override
    public String toString() {
      return "OutputGap[channel="
          + channel
          + ", from="
          + text(from)
          + ", to="
          + text(to)
          + ", reason="
          + reason
          + "]";
    }

    private static String text(OptionalLong offset) {
      return offset.isPresent() ? Long.toString(offset.getAsLong()) : "unknown";
    }
  }

  /** The process has exited and its outputs are closed. Nothing follows. */
  record Ended(ExitStatus status) implements ProcessEvent {
    public Ended {
      requireNonNull(status, "status");
    }
  }
}
