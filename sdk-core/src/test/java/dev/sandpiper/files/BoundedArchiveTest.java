package dev.sandpiper.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.wire.BlockInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Archives that never end, or that cost more than their bytes. The time limit only ends what would
 * take hours or for ever.
 */
@Timeout(
    value = 2,
    unit = java.util.concurrent.TimeUnit.MINUTES,
    threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BoundedArchiveTest {
  private static final DirectoryOptions SMALL =
      DirectoryOptions.standard().limitBytes(1 << 20).skipUnsafe();
  private static final int FREE = 1 << 20;
  private static final int PIECE = 64 << 10;

  @TempDir Path target;
  private final AtomicLong read = new AtomicLong();

  /** Pieces without end. */
  private final class Endless extends BlockInputStream {
    private final IntFunction<byte[]> pieces;
    private byte[] piece = {};
    private int at;
    private int number;

    Endless(IntFunction<byte[]> pieces) {
      this.pieces = pieces;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      if (at == piece.length) {
        piece = pieces.apply(number++);
        at = 0;
      }
      int count = Math.min(length, piece.length - at);
      System.arraycopy(piece, at, bytes, offset, count);
      at += count;
      read.addAndGet(count);
      return count;
    }
  }

  static Stream<Arguments> endless() {
    byte[] zeros = new byte[PIECE];
    return Stream.of(
        endless("zeros behind the end", new ArchiveText().file("f", "x").end(), number -> zeros),
        endless("the directory itself", number -> new ArchiveText().directory(".", 0755)),
        endless("one directory again and again", number -> new ArchiveText().directory("d", 0755)),
        endless("directories", number -> new ArchiveText().directory("d" + number, 0755)),
        endless("empty files", number -> new ArchiveText().file("f" + number, "")),
        endless("links", number -> new ArchiveText().link("l" + number, "x")),
        endless("pipes", number -> new ArchiveText().file("p", "").as('6')),
        endless("contents of names that are not UTF-8", BoundedArchiveTest::unnamed),
        endless("headers", number -> new ArchiveText().pax("9 a=bcde\n").file("f" + number, "")),
        endless("long headers", BoundedArchiveTest::attributed));
  }

  private static Arguments endless(String what, byte[] before, IntFunction<byte[]> pieces) {
    return Arguments.of(what, before, pieces);
  }

  private static Arguments endless(String what, IntFunction<ArchiveText> pieces) {
    IntFunction<byte[]> bytes = number -> pieces.apply(number).bytes();
    return Arguments.of(what, new byte[0], bytes);
  }

  private static ArchiveText unnamed(int number) {
    return new ArchiveText().pax("10 path=\u00e9\n").file("f", "x".repeat(PIECE));
  }

  private static ArchiveText attributed(int number) {
    String value = " SCHILY.xattr.user.a=" + "v".repeat(PIECE) + "\n";
    return new ArchiveText().pax((value.length() + 5) + value).file("f" + number, "");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("endless")
  void allThatIsReadCountsAgainstTheLimit(String what, byte[] before, IntFunction<byte[]> pieces) {
    InputStream archive =
        new SequenceInputStream(new ByteArrayInputStream(before), new Endless(pieces));
    assertThatExceptionOfType(UnsafeEntryException.class)
        .isThrownBy(() -> DirectoryTarget.unpack(archive, target, SMALL))
        .withMessageContaining("limit");
    assertThat(read).hasValueBetween(FREE, SMALL.limitBytes() + FREE + 2 * PIECE);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("endless")
  void anInterruptEndsEveryLoop(String what, byte[] before, IntFunction<byte[]> pieces) {
    Endless interrupting =
        new Endless(
            number -> {
              if (number == 3) {
                Thread.currentThread().interrupt();
              }
              return pieces.apply(number);
            });
    InputStream archive = new SequenceInputStream(new ByteArrayInputStream(before), interrupting);
    DirectoryOptions large = DirectoryOptions.standard().skipUnsafe();
    assertThatThrownBy(() -> DirectoryTarget.unpack(archive, target, large))
        .isInstanceOfAny(
            InterruptedIOException.class, java.nio.channels.ClosedByInterruptException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void whatTarPutsAroundASmallFileIsNotHeldAgainstATightLimit() throws IOException {
    byte[] archive = new ArchiveText().directory(".", 0755).file("f", "12345").end();
    InputStream padded =
        new SequenceInputStream(
            new ByteArrayInputStream(archive), new ByteArrayInputStream(new byte[10_240]));
    assertThat(DirectoryTarget.unpack(padded, target, SMALL.limitBytes(5)).bytes()).isEqualTo(5);
  }

  /** Each of them leads through the one before it, again and again. */
  @Test
  void linksThroughLinksThroughLinksAreFollowedOnce() throws IOException {
    ArchiveText archive = new ArchiveText().directory("d", 0755).link("l0", "d");
    for (int i = 1; i < 1000; i++) {
      archive.link("l" + i, ("l" + (i - 1) + "/../").repeat(400) + "d");
    }
    assertThat(
            DirectoryTarget.unpack(
                    new ByteArrayInputStream(archive.end()), target, SMALL.limitBytes(16 << 20))
                .entries())
        .isEqualTo(1001);
  }

  @Test
  void aLongTargetIsFollowedInOneGo() throws IOException {
    ArchiveText archive = new ArchiveText();
    for (int i = 0; i < 2000; i++) {
      archive.link("l" + i, "a/".repeat(2040) + "b");
    }
    assertThat(
            DirectoryTarget.unpack(
                    new ByteArrayInputStream(archive.end()), target, SMALL.limitBytes(16 << 20))
                .entries())
        .isEqualTo(2000);
  }

  /** Links that lead out at the end of a long chain do so for all that lead through them. */
  @Test
  void whatLeadsOutInTheEndLeadsOutFromTheBeginning() throws IOException {
    ArchiveText archive = new ArchiveText().directory("d", 0755);
    archive.link("d/up", "..").link("out", "d/up/../x");
    for (int i = 0; i < 100; i++) {
      archive.link("l" + i, i == 99 ? "out" : "l" + (i + 1));
    }
    DirectorySummary summary =
        DirectoryTarget.unpack(new ByteArrayInputStream(archive.end()), target, SMALL);
    assertThat(summary.skippedCount()).isEqualTo(101);
    assertThat(summary.entries()).isEqualTo(2);
  }

  @Test
  void deepDirectoriesCostWhatTheirNamesCost() throws IOException {
    String deep = "d/".repeat(1500);
    ArchiveText archive = new ArchiveText();
    for (int i = 0; i < 300; i++) {
      archive.file(deep + i, "");
    }
    byte[] bytes = archive.end();
    DirectoryOptions options = SMALL.limitBytes(bytes.length);
    assertThatThrownBy(
            () ->
                LocalDirectory.create(
                    target.resolve("u"),
                    ".part",
                    part -> {
                      DirectoryTarget.unpack(new ByteArrayInputStream(bytes), part, options);
                      throw new IOException("too late");
                    }))
        .hasMessage("too late")
        .hasNoSuppressedExceptions();
    assertThat(target.resolve(".part")).doesNotExist();
  }
}
