package dev.sandpiper.blaxel.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testing.Patience;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the wrapper keeps for a reader, and for how long. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class WrapperLeaseTest extends WrapperOnThisMachine {
  @ParameterizedTest
  @MethodSource("shells")
  void whileTheLeaseIsHeldTheCommandWaitsAndOnceItIsGivenBackTheOldestGoes(String shell)
      throws Exception {
    Run run = new Run(shell);
    run.segment = 1 << 17;
    run.kept = 1 << 19;
    java.lang.Process process = run.start("/bin/sh", "-c", "seq 1 400000");
    Patience.until("there is as much as may be", () -> held() >= run.kept);
    assertThat(process.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(names()).contains("sp-1.o.0");
    Files.writeString(out().resolve("sp-1.c"), Lease.GIVEN_BACK + "\n");
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();

    assertThat(held()).isBetween(1L << 18, (1L << 19) + (1 << 17));
    assertThat(names()).doesNotContain("sp-1.o.0");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void theWriterDropsWhatTheReaderHasPassedAndNothingElse(String shell) throws Exception {
    Run run = new Run(shell);
    run.segment = 1 << 17;
    run.kept = 1 << 19;
    java.lang.Process process = run.start("/bin/sh", "-c", "seq 1 200000; seq 1 200000 >&2");
    Patience.until("there is as much as may be", () -> held() >= run.kept);
    Files.writeString(out().resolve("sp-1.c"), "reader.1 900000 0\n");
    Patience.until("the command goes on", () -> held("sp-1.e.") >= run.kept);

    assertThat(offsets("sp-1.o.").first()).isLessThanOrEqualTo(900_000);
    assertThat(offsets("sp-1.o.").higher(offsets("sp-1.o.").first())).isGreaterThan(900_000);
    assertThat(offsets("sp-1.e.").first()).isZero();
    Files.writeString(out().resolve("sp-1.c"), "reader.2 2000000 2000000\n");
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(names()).contains("sp-1.O.1.1288895.0", "sp-1.E.1.1288895.0");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aLeaseThatNobodyRenewsLapses(String shell) throws Exception {
    Run run = new Run(shell);
    run.segment = 1 << 17;
    run.kept = 1 << 19;
    run.lease = 2;
    assertThat(run.run("/bin/sh", "-c", "seq 1 400000")).isZero();

    assertThat(names()).contains("sp-1.c").doesNotContain("sp-1.o.0");
    assertThat(held()).isLessThanOrEqualTo((1L << 19) + (1 << 17));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aLeaseIsHeldWhileItsHolderRenewsItsHeartbeat(String shell) throws Exception {
    Run run = new Run(shell);
    run.segment = 1 << 17;
    run.kept = 1 << 19;
    run.lease = 8;
    java.lang.Process process = run.start("/bin/sh", "-c", "seq 1 400000");
    Patience.until("there is as much as may be", () -> held() >= run.kept);
    for (int beat = 1; beat <= 30; beat++) { // for longer than the lease
      Files.writeString(out().resolve("sp-h.r"), beat + "\n");
      assertThat(process.waitFor(100, TimeUnit.MILLISECONDS)).isFalse();
    }
    assertThat(names()).contains("sp-1.o.0");
    assertThat(text("sp-1.c")).isEqualTo("sp-h.0 0 0\n");

    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(names()).doesNotContain("sp-1.o.0");
  }
}
