package dev.sandpiper.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseStreamReaderTest {
  private static final int BOUND = 40;

  private final List<String> events = new ArrayList<>();

  private void read(String body) throws IOException {
    read(new Buffer().writeUtf8(body));
  }

  private void read(BufferedSource body) throws IOException {
    new SseStreamReader(body, BOUND).read((type, data) -> events.add(type + " " + data));
  }

  @Test
  void eventsComeInOrderWithTheirTypes() throws Exception {
    read("event: stdout\ndata: a\n\ndata: b\n\nevent: stderr\ndata: c\nid: 7\nretry: 9\n\n");

    assertThat(events).containsExactly("stdout a", "null b", "stderr c");
  }

  @Test
  void severalDataFieldsAreJoinedByLineFeeds() throws Exception {
    read("data: a\ndata\ndata:b\ndata:  c\n\n");

    assertThat(events).containsExactly("null a\n\nb\n c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void everyEndOfLineIsOne(String end) throws Exception {
    read("event: x" + end + "data: a" + end + end + "data: b" + end + end);

    assertThat(events).containsExactly("x a", "null b");
  }

  @Test
  void commentsAreKeepAlivesAndMayBeLast() throws Exception {
    read(": keepalive\n\ndata: a\n: in between\n\n:\n: " + "long".repeat(5) + "\n");

    assertThat(events).containsExactly("null a");
  }

  @Test
  void aByteOrderMarkAtTheBeginningIsDropped() throws Exception {
    read("\uFEFFdata: a\n\n");

    assertThat(events).containsExactly("null a");
  }

  @Test
  void anEmptyBodyHasNoEvents() throws Exception {
    read("");

    assertThat(events).isEmpty();
  }

  @Test
  void everyCutInsideAnEventIsAnErrorAndNeverAnEnd() throws Exception {
    String body = "event: stdout\ndata: a\n\n: hm\n\ndata: é\ndata: b\n\n";
    byte[] bytes = new Buffer().writeUtf8(body).readByteArray();
    for (int cut = 0; cut <= bytes.length; cut++) {
      events.clear();
      String read = new Buffer().write(bytes, 0, cut).readUtf8();
      boolean isWhole =
          read.isEmpty()
              || read.endsWith("\n\n")
              || read.endsWith("\n: hm\n")
              || read.endsWith("a\n\n");
      Buffer source = new Buffer().write(bytes, 0, cut);
      if (isWhole) {
        read(source);
      } else {
        assertThatThrownBy(() -> read(source)).as("cut at " + cut).isInstanceOf(EOFException.class);
      }
      int whole = cut == bytes.length ? 2 : read.contains("a\n\n") ? 1 : 0;
      assertThat(events).as("cut at " + cut).hasSize(whole);
    }
  }

  @Test
  void anEventMayBeAsLongAsTheBound() throws Exception {
    read("data: " + "x".repeat(BOUND - 6) + "\n\n");
    read("data: " + "x".repeat(14) + "\ndata: " + "x".repeat(14) + "\n\n");

    assertThat(events).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: 01234567890123456789012345678901234",
        ": 012345678901234567890123456789012345678901234"
      })
  void aLineAboveTheBoundIsMalformed(String line) {
    assertThatThrownBy(() -> read(line + "\n\n"))
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining("exceeds the limit of 40 bytes");
    assertThat(events).isEmpty();
  }

  @Test
  void manyLinesOfOneEventAreBoundedTogether() {
    assertThatThrownBy(() -> read("data: 0123456789\n".repeat(3) + "\n"))
        .isInstanceOf(MalformedStreamException.class);
  }

  @Test
  void whatNeverEndsIsGivenUpSoonBehindTheBound() {
    long[] given = {0};
    var endless =
        new ForwardingSource(new Buffer()) {
          @Override
          public long read(Buffer sink, long byteCount) {
            sink.writeUtf8("data: x\n");
            given[0] += 8;
            return 8;
          }
        };
    assertThatThrownBy(() -> read(Okio.buffer(endless)))
        .isInstanceOf(MalformedStreamException.class);
    assertThat(given[0]).isLessThan(100);
  }

  @Test
  void eventsInFrontOfATooLongOneAreDelivered() {
    assertThatThrownBy(() -> read("data: a\n\ndata: " + "x".repeat(BOUND) + "\n\n"))
        .isInstanceOf(MalformedStreamException.class);
    assertThat(events).containsExactly("null a");
  }

  @Test
  void whatTheListenerThrowsComesOut() {
    var reader = new SseStreamReader(new Buffer().writeUtf8("data: a\n\ndata: b\n\n"), BOUND);
    assertThatThrownBy(
            () ->
                reader.read(
                    (type, data) -> {
                      events.add(data);
                      throw new IOException("enough");
                    }))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("enough");
    assertThatThrownBy(
            () ->
                new SseStreamReader(new Buffer().writeUtf8("data: c\n\n"), BOUND)
                    .read(
                        (type, data) -> {
                          throw new IllegalStateException("no");
                        }))
        .isExactlyInstanceOf(IllegalStateException.class);
    assertThat(events).containsExactly("a");
  }

  @Test
  void aBrokenConnectionIsNoEnd() {
    var broken =
        new ForwardingSource(new Buffer().writeUtf8("data: a\n\n")) {
          @Override
          public long read(Buffer sink, long byteCount) throws IOException {
            long count = super.read(sink, byteCount);
            if (count < 0) {
              throw new IOException("reset");
            }
            return count;
          }
        };
    assertThatThrownBy(() -> read(Okio.buffer(broken))).hasMessage("reset");
    assertThat(events).containsExactly("null a");
  }

  @Test
  void aSlowPeerMakesNoDifference() throws Exception {
    Buffer body = new Buffer().writeUtf8("event: x\r\ndata: a\r\n\r\n: k\r\n\r\ndata: b\r\n\r\n");
    read(Okio.buffer(new OneByteAtATime(body)));

    assertThat(events).containsExactly("x a", "null b");
  }

  @Test
  void theSourceStaysOpen() throws Exception {
    BufferedSource source = Okio.buffer((okio.Source) new Buffer().writeUtf8("data: a\n\n"));
    read(source);
    assertThat(source.isOpen()).isTrue();
  }
}
