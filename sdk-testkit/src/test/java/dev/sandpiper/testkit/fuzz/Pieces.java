package dev.sandpiper.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;

/** What is read must not depend on how the network cuts it. */
public final class Pieces {
  private Pieces() {}

  /** Reads a stream to its end and tells what it finds. */
  @FunctionalInterface
  public interface Reading {
    void read(BufferedSource source, Consumer<Object> told) throws IOException;
  }

  /** Fails unless the input tells the same in one piece as in any. */
  public static void tellTheSame(byte[] input, Reading reading) {
    List<Object> whole = told(new Buffer().write(input), reading);
    Random random = new Random(Arrays.hashCode(input));
    assertThat(told(Okio.buffer(new Cut(input, random)), reading)).isEqualTo(whole);
  }

  private static List<Object> told(BufferedSource source, Reading reading) {
    List<Object> told = new ArrayList<>();
    try {
      reading.read(source, told::add);
      told.add("the end");
    } catch (IOException e) {
      told.add(e.toString());
    }
    return told;
  }

  private static final class Cut extends ForwardingSource {
    private final Random random;

    Cut(byte[] input, Random random) {
      super(new Buffer().write(input));
      this.random = random;
    }

    @Override
    public long read(Buffer sink, long most) throws IOException {
      return super.read(sink, Math.min(most, 1 + random.nextInt(1 + random.nextInt(40))));
    }
  }
}
