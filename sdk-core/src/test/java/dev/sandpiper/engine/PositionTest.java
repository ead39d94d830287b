package dev.sandpiper.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.EventStream;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.UnsupportedCapabilityException;
import java.util.Iterator;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Places in the output of a process. */
@Timeout(20)
class PositionTest {

  private static ScriptedCommand keeping(long stdout, long stderr) {
    return new ScriptedCommand().beginsAt(new ByteOffsets(stdout, stderr));
  }

  private static OutputGap gap(Channel channel, long from, long to) {
    return new OutputGap(channel, OptionalLong.of(from), OptionalLong.of(to), "it is gone");
  }

  @Test
  void aPositionIsBehindWhatWasReturnedAndNotBehindWhatWasReadAhead() {
    ScriptedCommand scripted = keeping(0, 0).writes("12345").complains("123").exits(0);
    Engine engine = new Engine();
    try (engine;
        Process process = engine.start(scripted);
        EventStream<ProcessEvent> events = process.events()) {
      Iterator<ProcessEvent> iterator = events.iterator();
      assertThat(events.position()).isEqualTo("o0.e0");
      assertThat(iterator.hasNext()).isTrue();
      assertThat(events.position()).isEqualTo("o0.e0");
      iterator.next();
      assertThat(events.position()).isEqualTo("o5.e0");
      events.next();
      assertThat(events.position()).isEqualTo("o5.e3");
    }
  }

  @Test
  void whatIsMissingIsPassedToo() {
    ScriptedCommand scripted =
        keeping(10, 20).emits(gap(Channel.STDERR, 20, 500)).complains("1").writes("1").exits(0);
    Engine engine = new Engine();
    try (engine;
        Process process = engine.start(scripted);
        EventStream<ProcessEvent> events = process.events()) {
      while (events.next() != null) {}
      assertThat(events.position()).isEqualTo("o11.e501");
    }
  }

  @Test
  void aPlatformThatKeepsNothingHasNoPositions() {
    ScriptedCommand scripted = new ScriptedCommand().exits(0);
    Engine engine = new Engine();
    try (engine;
        Process process = engine.start(scripted);
        EventStream<ProcessEvent> events = process.events()) {
      assertThatThrownBy(events::position)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("is not kept")
          .hasMessageContaining("Capability.REPLAY");
      assertThatThrownBy(() -> engine.processes(scripted).attach(process.ref(), "o1.e2"))
          .isInstanceOf(UnsupportedCapabilityException.class)
          .hasMessageContaining("keeps no output");
      while (events.next() != null) {}
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "o1", "o-1.e0", "o1.e2 ", "o1.e9999999999999999999"})
  void whatIsNoPositionIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ByteOffsets.parse(text))
        .withMessageContaining("EventStream.position()");
  }
}
