package dev.sandpiper.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class KeptOutputTest {
  private final KeptOutput kept = new KeptOutput();

  @Test
  void aMillionTinyPiecesTakeAboutAsMuchMemoryAsOneLargePiece() {
    long before = usedMemory();
    for (int i = 0; i < KeptOutput.LIMIT; i++) {
      kept.add(new byte[] {(byte) i});
    }
    assertThat(usedMemory() - before).isLessThan(8L << 20);
    assertThat(kept.available()).isPositive();
  }

  @Test
  void gapsAreBoundedToo() {
    long before = usedMemory();
    for (int i = 0; i < 2 * KeptOutput.LIMIT; i++) {
      kept.add(new byte[] {1});
      kept.miss("lost");
    }
    assertThat(usedMemory() - before).isLessThan(8L << 20);
    assertThat(kept.isEmpty()).isFalse();
  }

  @Test
  void theNewestIsKeptBehindAGap() throws Exception {
    for (int i = 0; i < 2 * KeptOutput.LIMIT; i++) {
      kept.add(new byte[] {(byte) (i % 251)});
    }
    assertThatThrownBy(this::take).isInstanceOf(IOException.class).hasMessageContaining("too much");
    byte[] rest = take();

    assertThat(rest).hasSizeBetween(KeptOutput.LIMIT - 1024, KeptOutput.LIMIT);
    int first = 2 * KeptOutput.LIMIT - rest.length;
    for (int i = 0; i < rest.length; i++) {
      assertThat(rest[i]).isEqualTo((byte) ((first + i) % 251));
    }
    assertThat(kept.isEmpty()).isTrue();
  }

  @Test
  void gapsComeInTheirPlaces() throws Exception {
    kept.add(new byte[] {1, 2});
    kept.miss("a");
    kept.miss("b");
    kept.add(new byte[] {3});
    kept.miss("c");

    assertThat(kept.available()).isEqualTo(2);
    assertThat(take()).containsExactly(1, 2);
    assertThatThrownBy(this::take).hasMessage("output is missing: a");
    assertThat(take()).containsExactly(3);
    assertThatThrownBy(this::take).hasMessage("output is missing: c");
    assertThat(kept.isEmpty()).isTrue();
  }

  @Test
  void whoeverReadsLosesNothingAndIsWaitedFor() throws Exception {
    kept.setReader(true);
    byte[] piece = new byte[KeptOutput.LIMIT];
    kept.add(piece);
    assertThat(kept.mustBeRead()).isTrue();
    kept.add(piece);

    assertThat(take()).hasSize(2 * KeptOutput.LIMIT);
    assertThat(kept.mustBeRead()).isFalse();
  }

  /** What there is up to the next gap. */
  private byte[] take() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] part = new byte[1000];
    do {
      all.write(part, 0, kept.take(part, 0, part.length));
    } while (kept.available() > 0);
    return all.toByteArray();
  }

  private static long usedMemory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
