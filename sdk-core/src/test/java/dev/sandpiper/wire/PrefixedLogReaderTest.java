package dev.sandpiper.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import okio.Buffer;
import okio.BufferedSource;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixedLogReaderTest {

  private static List<String> read(String body, int bound) throws IOException {
    return read(new Buffer().writeUtf8(body), bound);
  }

  private static List<String> read(BufferedSource body, int bound) throws IOException {
    var reader = new PrefixedLogReader(body, bound);
    List<String> pieces = new ArrayList<>();
    PrefixedLogReader.Piece piece;
    while ((piece = reader.next()) != null) {
      pieces.add(piece.channel() + " " + piece.bytes().utf8());
    }
    return pieces;
  }

  @Test
  void aPrefixSwitchesTheChannelForTheLinesThatFollow() throws Exception {
    assertThat(read("stdout:l1\nl2\nstderr:e1\ne2\nstdout:l3\n", 100))
        .containsExactly("STDOUT l1\n", "STDOUT l2\n", "STDERR e1\n", "STDERR e2\n", "STDOUT l3\n");
  }

  @Test
  void aPrefixInsideALineIsLeftWhereItIs() throws Exception {
    assertThat(read("stdout:abcstdout:def\nstdout:outstderr:err\n", 100))
        .containsExactly("STDOUT abcstdout:def\n", "STDOUT outstderr:err\n");
  }

  @Test
  void whatTheServerItselfWritesIsNoOutput() throws Exception {
    assertThat(
            read(
                """
                [keepalive]
                stdout:a
                [keepalive]
                b
                [Process is being gracefully terminated]
                c
                [Process is being forcefully killed]
                """,
                100))
        .containsExactly("STDOUT a\n", "STDOUT b\n", "STDOUT c\n");
  }

  @Test
  void aPrefixedKeepaliveCannotBeToldFromTheServersOwn() throws Exception {
    assertThat(read("stdout:[keepalive]\n", 100)).isEmpty();
  }

  @Test
  void textBeforeAnyPrefixHasNoChannel() throws Exception {
    assertThat(read("{\"error\":\"process with Identifier x not found\"}", 100))
        .containsExactly("null {\"error\":\"process with Identifier x not found\"}");
  }

  @Test
  void aLastLineWithoutAnEndIsDelivered() throws Exception {
    assertThat(read("stdout:tail", 100)).containsExactly("STDOUT tail");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "stdout:"})
  void nothingIsNothing(String body) throws Exception {
    assertThat(read(body, 100)).isEmpty();
  }

  @Test
  void aLongLineComesInPartsAndAPrefixInItIsNone() throws Exception {
    assertThat(read("stdout:0123456789stderr:ab\nstderr:x\n", 10))
        .containsExactly("STDOUT 012", "STDOUT 3456789std", "STDOUT err:ab\n", "STDERR x\n");
  }

  @Test
  void aSlowPeerMakesNoDifference() throws Exception {
    Buffer body = new Buffer().writeUtf8("stdout:l1\nl2\n[keepalive]\nstderr:e\n");
    assertThat(read(Okio.buffer(new OneByteAtATime(body)), 100))
        .containsExactly("STDOUT l1\n", "STDOUT l2\n", "STDERR e\n");
  }

  @Test
  void aBrokenConnectionIsNoEnd() {
    var broken =
        new okio.ForwardingSource(new Buffer().writeUtf8("stdout:l1\n")) {
          @Override
          public long read(Buffer sink, long byteCount) throws IOException {
            long count = super.read(sink, byteCount);
            if (count < 0) {
              throw new IOException("reset");
            }
            return count;
          }
        };
    assertThatThrownBy(() -> read(Okio.buffer(broken), 100)).hasMessage("reset");
  }
}
