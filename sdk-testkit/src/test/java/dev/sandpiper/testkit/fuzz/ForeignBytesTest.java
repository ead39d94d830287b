package dev.sandpiper.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What fuzzers have found stays mended, and a few thousand changed inputs find no more. The profile
 * {@code fuzz} looks further.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class ForeignBytesTest {
  private static final int MUTATIONS = 1_000;

  /** For what writes files, or sends megabytes. */
  private static final int SLOW_MUTATIONS = 60;

  private static final List<String> SLOW = List.of("archive", "upload");
  private static final int LONG = 64 << 10;
  private static final int LONG_INPUTS = 4;

  static List<Target> targets() {
    return Targets.all();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void noBytesBreakAReader(Target target) throws IOException {
    List<byte[]> corpus = Corpus.of(target);
    assertThat(corpus).as("inputs to begin with").isNotEmpty();
    corpus.forEach(target::run);
    Mutations mutations = new Mutations(corpus, target.name().hashCode());
    boolean isSlow = SLOW.contains(target.name());
    for (int i = isSlow ? SLOW_MUTATIONS : MUTATIONS; i > 0; i--) {
      target.run(mutations.next());
    }
    for (int i = isSlow ? 0 : LONG_INPUTS; i > 0; i--) {
      target.run(mutations.repetitive(LONG));
    }
  }
}
