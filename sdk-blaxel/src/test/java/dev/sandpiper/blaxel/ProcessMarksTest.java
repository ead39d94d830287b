package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.blaxel.ProcessMarks.Change;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessMarksTest {
  private final ProcessMarks marks = new ProcessMarks("sp-1");

  /** A watch that comes late sees the exit first; then the totals have to be waited for. */
  @Test
  void anExitAloneTellsThatTheCommandHasBegun() {
    marks.note("sp-1.x.1.79", Change.WRITTEN);
    assertThat(marks.tries()).isEqualTo(1);
    assertThat(marks.exit(1)).hasValue(79);
    assertThat(marks.end(Channel.STDOUT, 1)).isNull();
    assertThat(marks.leader()).isNull();
  }

  @Test
  void theLeaderIsLearntAfterTheExitToo() {
    marks.note("sp-1.x.1.79", Change.WRITTEN);
    marks.see(Map.of("sp-1.p.1.4711.99", 0L, "sp-1.x.1.79", 0L));
    assertThat(marks.leader()).isEqualTo("4711");
  }

  /** That of a joined output is there before the command, which may still not begin. */
  @Test
  void theEndOfAChannelTellsNothingOfTheCommand() {
    marks.note("sp-1.E.1.0.0", Change.WRITTEN);
    assertThat(marks.tries()).isZero();
  }

  @Test
  void theFilesOfOthersTellNothing() {
    marks.see(Map.of("sp-12.x.1.0", 0L, "sp-1", 0L));
    assertThat(marks.tries()).isZero();
    assertThat(marks.isThere()).isFalse();
  }
}
