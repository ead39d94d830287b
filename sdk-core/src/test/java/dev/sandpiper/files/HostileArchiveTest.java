package dev.sandpiper.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives as a hostile sandbox would send them: nothing is ever written outside the target. */
class HostileArchiveTest {
  private static final DirectoryOptions STRICT = DirectoryOptions.standard();

  @TempDir Path directory;
  private Path target;

  @BeforeEach
  void makeTarget() throws IOException {
    target = Files.createDirectory(directory.resolve("target"));
  }

  @AfterEach
  void nothingIsOutside() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      assertThat(all).containsExactly(target);
    }
  }

  /** An archive in the making. */
  private static final class Archive {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Archive file(String name, String content) {
      bytes.writeBytes(TarHeader.file(name, 0644, content.length(), 0));
      bytes.writeBytes(content.getBytes(ISO_8859_1));
      bytes.writeBytes(new byte[TarReader.padding(content.length())]);
      return this;
    }

    Archive directory(String name, int mode) {
      bytes.writeBytes(TarHeader.directory(name, mode, 0));
      return this;
    }

    Archive link(String name, String to) {
      bytes.writeBytes(TarHeader.link(name, to, 0));
      return this;
    }

    /** The last header again, of another kind. */
    Archive as(char kind) {
      byte[] all = bytes.toByteArray();
      int at = all.length - TarReader.BLOCK;
      all[at + 156] = (byte) kind;
      return replacing(all);
    }

    Archive replacing(byte[] all) {
      sign(all, all.length - TarReader.BLOCK);
      bytes.reset();
      bytes.writeBytes(all);
      return this;
    }

    byte[] last() {
      return bytes.toByteArray();
    }

    static void sign(byte[] all, int at) {
      Arrays.fill(all, at + 148, at + 156, (byte) ' ');
      long sum = 0;
      for (int i = at; i < at + TarReader.BLOCK; i++) {
        sum += all[i] & 0xff;
      }
      TarNumber.write(sum, all, at + 148, 7);
    }

    Archive pax(String records) {
      byte[] text = records.getBytes(ISO_8859_1);
      bytes.writeBytes(TarHeader.file("pax", 0644, text.length, 0));
      as('x');
      bytes.writeBytes(text);
      bytes.writeBytes(new byte[TarReader.padding(text.length)]);
      return this;
    }

    byte[] end() {
      bytes.writeBytes(new byte[2 * TarReader.BLOCK]);
      return bytes.toByteArray();
    }
  }

  private DirectorySummary unpack(byte[] archive, DirectoryOptions options) throws IOException {
    return DirectoryTarget.unpack(new ByteArrayInputStream(archive), target, options);
  }

  private void assertRefused(Archive archive, String says) {
    byte[] bytes = archive.end();
    assertThatExceptionOfType(TarFormatException.class)
        .isThrownBy(() -> unpack(bytes, STRICT.skipUnsafe()))
        .withMessageContaining(says);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../out",
        "a/../../out",
        "a/..",
        "/etc/out",
        "//out",
        "..",
        "./../out",
        "a/b/../../../out"
      })
  void namesThatLeadOutAreRefused(String name) {
    assertRefused(new Archive().file(name, "x"), "in the archive");
    assertRefused(new Archive().directory(name, 0755), "in the archive");
    assertRefused(new Archive().link(name, "x"), "in the archive");
  }

  @Test
  void aPaxPathThatLeadsOutIsRefused() {
    assertRefused(new Archive().pax("15 path=../out\n").file("harmless", "x"), "leads out");
  }

  @Test
  void nothingIsWrittenThroughALink() {
    assertRefused(new Archive().link("a", "..").file("a/out", "x"), "below a link");
    assertRefused(new Archive().link("a", "b").directory("a/out", 0755), "below a link");
    assertRefused(new Archive().link("a", "b").link("a/out", "x"), "below a link");
    assertRefused(new Archive().link("b", "..").file("b", "x"), "two entries of one name");
    assertRefused(new Archive().link("c", "x").link("c", ".."), "two entries of one name");
  }

  @Test
  void anEntryOfTheSameNameAsAnotherIsRefused() {
    assertRefused(new Archive().file("a", "x").file("a", "y"), "two entries of one name");
    assertRefused(new Archive().file("b", "x").file("b/c", "y"), "two entries of one name");
  }

  @Test
  void aLinkThatTakesTheNameOfAnEntryIsRefused() {
    assertRefused(new Archive().file("a", "x").link("a", "b"), "two entries of one name");
    assertThat(target.resolve("a")).isRegularFile();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "..", "../x", "b/../../x", "through/../../x", ""})
  void linksThatLeadOutAreNotMade(String to) throws IOException {
    byte[] archive =
        new Archive().link("through", "a/b").directory("a/b", 0755).link("l", to).end();
    if (to.startsWith("through")) {
      // Through the link this is a/../x, which is inside; by its text alone it would not be.
      assertThat(unpack(archive, STRICT).entries()).isEqualTo(3);
      return;
    }
    assertThatExceptionOfType(UnsafeEntryException.class)
        .isThrownBy(() -> unpack(archive, STRICT))
        .withMessageContaining("l: it is a link that leads out");
    assertThat(target.resolve("l")).doesNotExist();
  }

  @Test
  void aLinkThatIsHarmlessByItsTextAloneIsSeenThrough() throws IOException {
    byte[] archive =
        new Archive()
            .directory("a", 0755)
            .directory("a/b", 0755)
            .link("a/b/root", "../..")
            .link("sneaky", "a/b/root/../x")
            .end();
    assertThat(unpack(archive, STRICT.skipUnsafe()).skipped())
        .singleElement()
        .asString()
        .startsWith("sneaky:");
  }

  @Test
  void linksInACircleAreLinks() throws IOException {
    unpack(new Archive().link("a", "b").link("b", "a").link("c", "c/../c").end(), STRICT);
    assertThat(Files.isSymbolicLink(target.resolve("a"))).isTrue();
    assertThat(Files.isSymbolicLink(target.resolve("c"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(chars = {'3', '4', '6'})
  void specialFilesAreNeverMade(char kind) throws IOException {
    byte[] archive = new Archive().file("dev", "").as(kind).end();
    assertThatExceptionOfType(UnsafeEntryException.class).isThrownBy(() -> unpack(archive, STRICT));
    assertThat(unpack(archive, STRICT.skipUnsafe()).skippedCount()).isOne();
    assertThat(target).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(chars = {'S', 'M', 'D', 'V', 'q'})
  void kindsThatAreNotKnownAreRefused(char kind) {
    assertRefused(new Archive().file("x", "").as(kind), "kind that is not known");
  }

  @Test
  void aHardLinkIsToAFileBeforeItAndInside() throws IOException {
    assertRefused(new Archive().link("h", "../out").as('1'), "leads out");
    assertRefused(new Archive().link("h", "/etc/passwd").as('1'), "absolute");
    assertRefused(new Archive().link("h", "none").as('1'), "no file before it");
    assertRefused(
        new Archive().link("s", "/etc/passwd").link("h", "s").as('1'), "two entries of one name");
    unpack(new Archive().file("f", "x").link("g", "f").as('1').end(), STRICT);
    assertThat(target.resolve("g")).hasContent("x");
  }

  @Test
  void aSizeIsBelievedOnlyWithinTheLimit() {
    byte[] huge = new Archive().file("f", "").last();
    TarNumber.write(1L << 50, huge, 124, 12);
    byte[] archive = new Archive().replacing(huge).end();
    assertThatExceptionOfType(UnsafeEntryException.class)
        .isThrownBy(() -> unpack(archive, STRICT))
        .withMessageContaining("limit");
    byte[] pax = new Archive().pax("30 size=999999999999999999999\n").file("f", "x").end();
    assertThatThrownBy(() -> unpack(pax, STRICT)).isInstanceOf(TarFormatException.class);
  }

  @Test
  void aNameIsBounded() {
    byte[] longName = new Archive().file("f", "").as('L').last();
    TarNumber.write(1 << 30, longName, 124, 12);
    assertRefused(new Archive().replacing(longName), "a name or header of 1073741824 bytes");
    assertRefused(new Archive().file("n".repeat(5000), "x"), "absolute, or none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "99 path=a\n",
        "3 \n",
        "0 path=a\n",
        "7 patha\n",
        " path=a\n",
        "99999999 path=a\n",
        "19 GNU.sparse.a=b\n"
      })
  void aPaxHeaderThatMeansNothingIsRefused(String records) {
    byte[] archive = new Archive().pax(records).file("f", "x").end();
    assertThatThrownBy(() -> unpack(archive, STRICT)).isInstanceOf(TarFormatException.class);
  }

  @Test
  void headersWithoutAnEntryEnd() {
    Archive archive = new Archive();
    for (int i = 0; i < 100; i++) {
      archive.pax("9 a=bcde\n");
    }
    assertRefused(archive, "about no entry");
  }

  @Test
  void pathAndLinkOfAPaxHeaderCount() throws IOException {
    unpack(
        new Archive()
            .pax("13 path=d/\u00c3\u00bc\n")
            .file("short", "x")
            .pax("14 linkpath=d\n")
            .link("l", "short")
            .end(),
        STRICT);
    assertThat(target.resolve("d/\u00fc")).hasContent("x");
    assertThat(Files.readSymbolicLink(target.resolve("l"))).hasToString("d");
  }

  @Test
  void everyCutIsAnErrorAndNoShorterTree() throws IOException {
    byte[] whole = new Archive().directory("d", 0755).file("d/f", "content").link("l", "d").end();
    int content = whole.length - TarReader.BLOCK;
    for (int length = 0; length < content; length += 37) {
      byte[] cut = Arrays.copyOf(whole, length);
      Path part = Files.createDirectory(target.resolve("cut-" + length));
      assertThatThrownBy(() -> DirectoryTarget.unpack(new ByteArrayInputStream(cut), part, STRICT))
          .isInstanceOf(EOFException.class);
    }
  }

  @Test
  void noiseIsNoArchive() {
    Random random = new Random(20_261_121);
    byte[] noise = new byte[4096];
    for (int i = 0; i < 500; i++) {
      random.nextBytes(noise);
      assertThatThrownBy(() -> unpack(noise.clone(), STRICT)).isInstanceOf(IOException.class);
    }
    assertThat(target).isEmptyDirectory();
  }

  @Test
  void anyByteMayBeWrongAndNothingGetsOut() throws IOException {
    byte[] whole = new Archive().directory("d", 0755).file("d/f", "content").link("l", "d").end();
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      byte[] wrong = whole.clone();
      int block = random.nextInt(4) * TarReader.BLOCK;
      wrong[block + random.nextInt(TarReader.BLOCK)] = (byte) random.nextInt(256);
      Archive.sign(wrong, block == 2 * TarReader.BLOCK ? 0 : block);
      Path part = Files.createDirectory(target.resolve("try-" + i));
      try {
        DirectoryTarget.unpack(new ByteArrayInputStream(wrong), part, STRICT.skipUnsafe());
      } catch (IOException e) {
        assertThat(e).hasMessageMatching("(?s).+");
      }
    }
  }

  @Test
  void aDirectoryThatForbidsWritingIsFilledFirst() throws IOException {
    unpack(new Archive().directory("d", 0555).file("d/f", "x").link("d/l", "f").end(), STRICT);
    assertThat(target.resolve("d/f")).hasContent("x");
    LocalEntry.setMode(target.resolve("d"), 0755);
  }

  @Test
  void numbersOfAnySizeComeBack() throws IOException {
    byte[] field = new byte[12];
    for (long number : new long[] {0, 1, 077777777777L, 0100000000000L, 1L << 40, (1L << 60) + 7}) {
      TarNumber.write(number, field, 0, 12);
      assertThat(TarNumber.read(field, 0, 12)).isEqualTo(number);
      Arrays.fill(field, (byte) 0);
    }
    Arrays.fill(field, (byte) 0xff);
    assertThatThrownBy(() -> TarNumber.read(field, 0, 12)).isInstanceOf(TarFormatException.class);
    assertThatThrownBy(() -> TarNumber.read("00000009 \0\0\0".getBytes(UTF_8), 0, 12))
        .isInstanceOf(TarFormatException.class);
  }
}
