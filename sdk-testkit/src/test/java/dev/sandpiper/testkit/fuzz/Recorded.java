package dev.sandpiper.testkit.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.sandpiper.testkit.recorded.Recording;
import dev.sandpiper.testkit.recorded.Recording.Turn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import okio.Buffer;

/** Inputs from conversations with the real servers: a few of each kind, none of them long. */
final class Recorded {
  private static final Path WIRE = Corpus.RESOURCES.resolve("wire");
  private static final int MOST = 40;
  private static final int LONGEST = 4096;

  private Recorded() {}

  /** Bodies of answers whose type has this in it. */
  static Supplier<List<byte[]>> of(String platform, String type) {
    return () ->
        inputs(
            platform,
            turn -> turn.contentType().contains(type) ? List.of(turn.answerBody()) : List.of());
  }

  /** Answers with their heads. */
  static Supplier<List<byte[]>> answers(String platform) {
    return () -> inputs(platform, turn -> List.of(answer(turn)));
  }

  private static byte[] answer(Turn turn) {
    String head = turn.status() + "\n" + String.join("\n", turn.answerHeaders()) + "\n\n";
    return new Buffer().writeString(head, ISO_8859_1).write(turn.answerBody()).readByteArray();
  }

  /** Messages without their envelopes. */
  static Supplier<List<byte[]>> messages(String platform, String codec) {
    return () ->
        inputs(
            platform,
            turn ->
                turn.contentType().contains("connect+" + codec)
                    ? messages(turn.answerBody())
                    : turn.contentType().contains(codec) ? List.of(turn.answerBody()) : List.of());
  }

  private static List<byte[]> messages(byte[] stream) {
    List<byte[]> messages = new ArrayList<>();
    ByteBuffer rest = ByteBuffer.wrap(stream);
    while (rest.remaining() > 5) {
      rest.get();
      byte[] message = new byte[Math.min(rest.getInt(), rest.remaining())];
      rest.get(message);
      messages.add(message);
    }
    return messages;
  }

  private static List<byte[]> inputs(String platform, Function<Turn, List<byte[]>> of) {
    List<byte[]> inputs = new ArrayList<>();
    try (Stream<Path> files = Files.list(WIRE.resolve(platform))) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        String name = file.getFileName().toString();
        if (name.endsWith(".json")) {
          String recording = name.substring(0, name.length() - ".json".length());
          Recording.load(platform, recording)
              .turns()
              .forEach(turn -> inputs.addAll(of.apply(turn)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    inputs.removeIf(input -> input.length > LONGEST);
    Collections.shuffle(inputs, new Random(1));
    return inputs.subList(0, Math.min(MOST, inputs.size()));
  }
}
