package dev.sandpiper.blaxel.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.process.Marks.ChannelEnd;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MarksTest {
  private static Marks marks(String... names) {
    Map<String, Long> files = new HashMap<>();
    for (String name : names) {
      files.put(name, 0L);
    }
    return Marks.of("sp-1", files);
  }

  @Test
  void anExitAloneTellsThatTheCommandHasBegun() {
    Marks marks = marks("sp-1.x.1.79");
    assertThat(marks.tries()).isEqualTo(1);
    assertThat(marks.exit(1)).hasValue(79);
    assertThat(marks.end(Channel.STDOUT, 1)).isNull();
    assertThat(marks.leader()).isNull();
  }

  @Test
  void theLeaderIsThatOfTheLastTry() {
    Marks marks = marks("sp-1.p.1.4711.99", "sp-1.x.1.79", "sp-1.p.2.4712.100");
    assertThat(marks.tries()).isEqualTo(2);
    assertThat(marks.leader()).isEqualTo("4712");
  }

  /** That of a joined output is there before the command, which may still not begin. */
  @Test
  void theEndOfAChannelTellsNothingOfTheCommand() {
    Marks marks = marks("sp-1.E.1.0.0");
    assertThat(marks.tries()).isZero();
    assertThat(marks.end(Channel.STDERR, 1)).isEqualTo(new ChannelEnd(0, 0));
  }

  @Test
  void theFilesOfOthersTellNothing() {
    Marks marks = marks("sp-12.x.1.0", "sp-1");
    assertThat(marks.tries()).isZero();
    assertThat(marks.isThere()).isFalse();
  }

  @Test
  void namesThatNoWrapperMakesTellNothing() {
    Marks marks =
        marks(
            "sp-1.x.1",
            "sp-1.x.1.",
            "sp-1.x.-1.0",
            "sp-1.o.9999999999999999999",
            "sp-1.",
            "sp-1.é",
            "sp-1.xx.1.0",
            "sp-1.p.1.2.3.4");
    assertThat(marks.tries()).isZero();
    assertThat(marks.reached(Channel.STDOUT)).isZero();
    assertThat(marks.isThere()).isTrue();
  }

  @Test
  void aLeaseIsNoNews() {
    assertThat(marks("sp-1.o.0", "sp-1.c")).isEqualTo(marks("sp-1.o.0"));
    assertThat(Marks.of("sp-1", Map.of("sp-1.o.0", 1L))).isNotEqualTo(marks("sp-1.o.0"));
  }

  @Test
  void anOutputGoesOnWhereALaterSegmentBeginsOrItsEndIs() {
    Marks marks = Marks.of("sp-1", Map.of("sp-1.o.0", 4L, "sp-1.o.8", 2L, "sp-1.O.1.12.0", 0L));
    assertThat(marks.segmentOf(Channel.STDOUT, 5)).hasValue(0);
    assertThat(marks.after(Channel.STDOUT, 5)).isEqualTo(8);
    assertThat(marks.after(Channel.STDOUT, 8)).isEqualTo(12);
    assertThat(marks.reached(Channel.STDOUT)).isEqualTo(12);
    assertThat(marks.reached(Channel.STDERR)).isZero();
  }

  @Test
  void moreFilesThanAWrapperMakesAreRefused() {
    Map<String, Long> files = new HashMap<>();
    for (int i = 0; i <= 100_000; i++) {
      files.put("sp-1.o." + i, 1L);
    }
    assertThatThrownBy(() -> Marks.of("sp-1", files)).isInstanceOf(WireFormatException.class);
    assertThat(Marks.of("sp-2", files).isThere()).isFalse();
  }
}
