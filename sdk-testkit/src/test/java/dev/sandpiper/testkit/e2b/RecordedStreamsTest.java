package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.testkit.recorded.Recording;
import dev.sandpiper.wire.ConnectStreamReader;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every stream that the real server was recorded with, in either codec, through the reader of
 * Connect streams: the same messages however it arrives, and cut anywhere an honest end.
 */
class RecordedStreamsTest {
  private static final boolean EXHAUSTIVE = Boolean.getBoolean("sandpiper.exhaustive");
  private static final int EVERY_OFFSET_UP_TO = 16 << 10;
  private static final int NEAR = 8;
  private static final int SAMPLES = 500;
  private static final int BOUND = 16 << 20;

  /** A recorded answer, whole. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody, and read only
  record Answer(String name, byte[] body, NavigableSet<Integer> borders) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** What a reader made of some bytes: messages, and then a good end or an error. */
  private record Reading(List<byte[]> messages, @Nullable Throwable error) {}

  static Stream<Answer> streams() throws IOException, URISyntaxException {
    Path folder = Path.of(RecordedStreamsTest.class.getResource("/wire/e2b").toURI());
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream()
          .flatMap(RecordedStreamsTest::streamsIn);
    }
  }

  private static Stream<Answer> streamsIn(Path file) {
    try {
      Recording recording =
          Recording.load("e2b", file.getFileName().toString().replace(".json", ""));
      return recording.turns().stream()
          .filter(turn -> turn.status() == 200)
          .filter(turn -> turn.contentType().startsWith("application/connect+"))
          .map(turn -> answer(recording.name(), turn));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Answer answer(String recording, Recording.Turn turn) {
    Buffer body = new Buffer();
    NavigableSet<Integer> borders = new TreeSet<>();
    for (Recording.Chunk chunk : turn.chunks()) {
      body.write(chunk.bytes().toByteArray());
      borders.add((int) body.size());
    }
    byte[] bytes = body.readByteArray();
    borders.addAll(envelopeBorders(bytes));
    return new Answer(recording + " " + turn.number(), bytes, borders);
  }

  private static List<Integer> envelopeBorders(byte[] body) {
    List<Integer> borders = new ArrayList<>();
    int position = 0;
    while (position + 5 <= body.length) {
      position += 5 + ByteBuffer.wrap(body, position + 1, 4).getInt();
      borders.add(position);
    }
    return borders;
  }

  /** The messages of the first {@code length} bytes, cut out by the lengths alone. */
  private static List<byte[]> messagesIn(byte[] body, int length) {
    List<byte[]> messages = new ArrayList<>();
    int position = 0;
    while (position + 5 <= length) {
      int size = ByteBuffer.wrap(body, position + 1, 4).getInt();
      if (body[position] != 0 || position + 5 + size > length) {
        return messages;
      }
      messages.add(Arrays.copyOfRange(body, position + 5, position + 5 + size));
      position += 5 + size;
    }
    return messages;
  }

  private static Reading read(byte[] body, int length, long atOnce) {
    Source source =
        new ForwardingSource(new Buffer().write(body, 0, length)) {
          @Override
          public long read(Buffer sink, long byteCount) throws IOException {
            return super.read(sink, Math.min(byteCount, atOnce));
          }
        };
    ConnectStreamReader reader = new ConnectStreamReader(Okio.buffer(source), BOUND);
    List<byte[]> messages = new ArrayList<>();
    Throwable error =
        catchThrowable(
            () -> {
              byte[] message;
              while ((message = reader.nextMessage()) != null) {
                messages.add(message);
              }
              reader.expectNothingMore();
            });
    return new Reading(messages, error);
  }

  private static void requireRightReading(Answer answer, int length, long atOnce) {
    Reading reading = read(answer.body(), length, atOnce);
    List<byte[]> expected = messagesIn(answer.body(), length);
    assertThat(reading.messages()).as(answer + " up to " + length).hasSize(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(reading.messages().get(i)).isEqualTo(expected.get(i));
    }
    requireRightEnd(answer, length, reading.error());
  }

  private static void requireRightEnd(Answer answer, int length, @Nullable Throwable error) {
    int end = lastEnvelope(answer.body());
    boolean whole = length == answer.body().length && answer.body()[end] == 0b10;
    if (whole) {
      assertThat(error).as(answer + " whole").isNull();
    } else if (isCompressed(answer.body())) {
      assertThat(error).isInstanceOfAny(MalformedStreamException.class, EOFException.class);
    } else {
      assertThat(error).as(answer + " cut at " + length).isInstanceOf(EOFException.class);
    }
  }

  private static int lastEnvelope(byte[] body) {
    int position = 0;
    int next = 0;
    while (next + 5 <= body.length) {
      position = next;
      next += 5 + ByteBuffer.wrap(body, next + 1, 4).getInt();
    }
    return position;
  }

  /** We never ask for compression; a server that compresses all the same is refused. */
  private static boolean isCompressed(byte[] body) {
    return body.length > 0 && (body[0] & 1) != 0;
  }

  @ParameterizedTest
  @MethodSource("streams")
  void wholeAndByteByByte(Answer answer) {
    requireRightReading(answer, answer.body().length, Long.MAX_VALUE);
    requireRightReading(answer, answer.body().length, 1);
  }

  @ParameterizedTest
  @MethodSource("streams")
  void cut(Answer answer) {
    cuts(answer).forEach(length -> requireRightReading(answer, length, Long.MAX_VALUE));
  }

  private static IntStream cuts(Answer answer) {
    int length = answer.body().length;
    if (EXHAUSTIVE || length <= EVERY_OFFSET_UP_TO) {
      return IntStream.range(0, length);
    }
    IntStream near =
        answer.borders().stream()
            .flatMapToInt(border -> IntStream.rangeClosed(border - NEAR, border + NEAR));
    IntStream sampled = new Random(20_261_120).ints(SAMPLES, 0, length);
    return IntStream.concat(near, sampled)
        .filter(offset -> offset >= 0 && offset < length)
        .distinct();
  }
}
