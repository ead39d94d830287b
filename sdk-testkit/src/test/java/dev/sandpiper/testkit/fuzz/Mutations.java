package dev.sandpiper.testkit.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import okio.Buffer;

/** Changes inputs as a fuzzer does, the same way each time. */
final class Mutations {
  private static final int MOST_STEPS = 6;
  private static final int LONGEST = 16 << 10;
  private static final byte[] TELLING = {0, 1, -1, 127, -128, '\n', '\r', '/', '.', '-', '9', '"'};

  private final Random random;
  private final List<byte[]> seeds;

  Mutations(List<byte[]> seeds, long seed) {
    this.seeds = seeds;
    this.random = new Random(seed);
  }

  byte[] next() {
    byte[] input = any();
    for (int step = random.nextInt(MOST_STEPS); step >= 0; step--) {
      input = change(input);
    }
    return input;
  }

  private byte[] any() {
    return seeds.get(random.nextInt(seeds.size()));
  }

  private byte[] change(byte[] input) {
    int from = random.nextInt(input.length + 1);
    int to = Math.min(input.length, from + random.nextInt(1 + random.nextInt(64)));
    byte[] middle =
        switch (random.nextInt(7)) {
          case 0 -> new byte[0];
          case 1 -> new byte[] {(byte) random.nextInt()};
          case 2 -> new byte[] {TELLING[random.nextInt(TELLING.length)]};
          case 3 -> flipped(Arrays.copyOfRange(input, from, to));
          case 4 -> repeated(Arrays.copyOfRange(input, from, to));
          case 5 -> part(any());
          default -> Integer.toString(random.nextInt()).getBytes(US_ASCII);
        };
    byte[] changed =
        new Buffer()
            .write(input, 0, from)
            .write(middle)
            .write(input, to, input.length - to)
            .readByteArray();
    return changed.length > LONGEST ? Arrays.copyOf(changed, LONGEST) : changed;
  }

  private byte[] flipped(byte[] bytes) {
    if (bytes.length > 0) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private byte[] repeated(byte[] bytes) {
    Buffer all = new Buffer();
    for (int times = random.nextInt(20); times >= 0; times--) {
      all.write(bytes);
    }
    return all.readByteArray();
  }

  private byte[] part(byte[] bytes) {
    int from = random.nextInt(bytes.length + 1);
    return Arrays.copyOfRange(bytes, from, from + random.nextInt(bytes.length - from + 1));
  }

  /** One piece of an input again and again: what costs more than its length shows. */
  byte[] repetitive(int length) {
    byte[] input = any();
    int from = random.nextInt(input.length + 1);
    int to = Math.min(input.length, from + 1 + random.nextInt(1 + random.nextInt(64)));
    Buffer all = new Buffer().write(input, 0, from);
    while (all.size() < length) {
      all.write(input, from, to - from).writeByte(from == to ? random.nextInt() : input[from]);
    }
    return all.readByteArray();
  }
}
