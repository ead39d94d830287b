package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Content;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import okio.Buffer;
import okio.BufferedSink;
import okio.Okio;
import org.junit.jupiter.api.Test;

class HttpBodyTest {
  private static final int SEGMENT = 8 << 10;
  private static final int SEGMENTS = 8;

  private final Buffer socket = new Buffer();

  /** Segments, and how many bytes had gone out when each was read. */
  private final class Segments extends InputStream {
    final List<Long> sent = new ArrayList<>();
    private final int available;

    Segments(int available) {
      this.available = available;
    }

    @Override
    public int read() {
      throw new AssertionError("single bytes");
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      sent.add(socket.size());
      return sent.size() > SEGMENTS ? -1 : Math.min(length, SEGMENT);
    }

    @Override
    public int available() throws IOException {
      if (available < 0) throw new IOException("nobody knows");
      return available;
    }
  }

  private List<Long> sent(int available) throws IOException {
    Segments content = new Segments(available);
    BufferedSink sink = Okio.buffer((okio.Sink) socket);
    HttpBody.of("text/plain", Content.of(() -> content)).writeTo(sink);
    sink.flush();
    assertThat(socket.size()).isEqualTo(SEGMENTS * SEGMENT);
    return content.sent;
  }

  @Test
  void whatIsThereGoesOutInPiecesOfSeveralSegments() throws Exception {
    assertThat(sent(1)).startsWith(0L, 0L, 0L, 0L, 4L * SEGMENT, 4L * SEGMENT);
  }

  @Test
  void whatComesSlowlyGoesOutAsItComes() throws Exception {
    assertThat(sent(0)).startsWith(0L, (long) SEGMENT, 2L * SEGMENT, 3L * SEGMENT);
  }

  @Test
  void contentThatCannotSayWhatIsThereIsSentAllTheSame() throws Exception {
    assertThat(sent(-1)).startsWith(0L, (long) SEGMENT, 2L * SEGMENT, 3L * SEGMENT);
  }
}
