package dev.sandpiper.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.FileEvent;
import dev.sandpiper.FileEvent.Gap;
import dev.sandpiper.FileEvent.Removed;
import dev.sandpiper.http.Time;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class WatchBufferTest {
  private final WatchBuffer buffer = new WatchBuffer(Time.system());

  @Test
  void whatNobodyReadsBecomesOneGapAndTheNewestStays() throws Exception {
    int count = 10_000;
    for (int i = 0; i < count; i++) {
      buffer.put(new Removed("/d/" + i));
    }
    assertThat(buffer.take(0)).isEqualTo(new Gap(WatchBuffer.OVERFLOW));
    FileEvent last = null;
    int kept = 0;
    buffer.end();
    for (FileEvent event = buffer.take(0); event != null; event = buffer.take(0)) {
      last = event;
      kept++;
    }
    assertThat(last).isEqualTo(new Removed("/d/" + (count - 1)));
    assertThat(kept).isLessThan(WatchBuffer.LIMIT / 256);
  }

  @Test
  void gapsInARowAreOne() throws Exception {
    buffer.put(new Gap("first"));
    buffer.put(new Gap("second"));
    buffer.put(new Removed("/a"));
    buffer.put(new Gap("third"));
    assertThat(buffer.take(0)).isEqualTo(new Gap("first"));
    assertThat(buffer.take(0)).isEqualTo(new Removed("/a"));
    assertThat(buffer.take(0)).isEqualTo(new Gap("third"));
    assertThatThrownBy(() -> buffer.take(0)).isInstanceOf(TimeoutException.class);
    buffer.end();
    assertThat(buffer.take(0)).isNull();
  }

  @Test
  void whatCameBeforeAFailureIsReadFirst() throws Exception {
    IllegalStateException cause = new IllegalStateException("lost");
    buffer.put(new Removed("/a"));
    buffer.fail(cause);
    assertThat(buffer.take(Long.MAX_VALUE)).isEqualTo(new Removed("/a"));
    assertThatThrownBy(() -> buffer.take(Long.MAX_VALUE)).isSameAs(cause);
    buffer.discard();
    assertThat(buffer.take(Long.MAX_VALUE)).isNull();
  }

  @Test
  void nothingIsDeliveredAfterClosing() throws Exception {
    buffer.put(new Removed("/a"));
    buffer.discard();
    buffer.put(new Removed("/b"));
    assertThat(buffer.take(Long.MAX_VALUE)).isNull();
  }
}
