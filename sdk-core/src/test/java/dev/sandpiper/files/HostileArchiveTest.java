package dev.sandpiper.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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

  private DirectorySummary unpack(byte[] archive, DirectoryOptions options) throws IOException {
    return DirectoryTarget.unpack(new ByteArrayInputStream(archive), target, options);
  }

  private void assertRefused(ArchiveText archive, String says) {
    byte[] bytes = archive.end();
    assertThatExceptionOfType(TarFormatException.class)
        .isThrownBy(() -> unpack(bytes, STRICT.skipUnsafe()))
        .withMessageContaining(says);
  }

  @Test
  void whatIsExcludedIsNotMadeWhateverItIs() throws IOException {
    byte[] archive =
        new ArchiveText()
            .file("a.log", "secret")
            .file("deep/tmp/x", "no")
            .file("pipe.log", "")
            .as('6')
            .file("kept", "yes")
            .end();
    DirectorySummary summary = unpack(archive, STRICT.exclude("*.log", "tmp/"));
    assertThat(target).isDirectoryContaining("glob:**/kept");
    assertThat(summary).isEqualTo(new DirectorySummary(1, 3, List.of(), 0));
    try (Stream<Path> made = Files.list(target)) {
      assertThat(made).containsExactly(target.resolve("kept"));
    }
  }

  /** Its content has gone by. */
  @Test
  void aSecondNameOfAnExcludedFileIsSaid() throws IOException {
    byte[] archive = new ArchiveText().file("a.log", "x").link("second", "a.log").as('1').end();
    assertThatExceptionOfType(UnsafeEntryException.class)
        .isThrownBy(() -> unpack(archive, STRICT.exclude("*.log")))
        .withMessageContaining("second: it is a hard link to an excluded file");
    assertThat(unpack(archive, STRICT.exclude("*.log").skipUnsafe()).skipped())
        .singleElement()
        .asString()
        .startsWith("second: ");
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
    assertRefused(new ArchiveText().file(name, "x"), "the archive has a name");
    assertRefused(new ArchiveText().directory(name, 0755), "the archive has a name");
    assertRefused(new ArchiveText().link(name, "x"), "the archive has a name");
  }

  @Test
  void aPaxPathThatLeadsOutIsRefused() {
    assertRefused(new ArchiveText().pax("15 path=../out\n").file("harmless", "x"), "leads out");
  }

  @Test
  void nothingIsWrittenThroughALink() {
    assertRefused(new ArchiveText().link("a", "..").file("a/out", "x"), "below a link");
    assertRefused(new ArchiveText().link("a", "b").directory("a/out", 0755), "below a link");
    assertRefused(new ArchiveText().link("a", "b").link("a/out", "x"), "below a link");
    assertRefused(
        new ArchiveText().link("b", "..").file("b", "x"), "two entries with the same name");
    assertRefused(
        new ArchiveText().link("c", "x").link("c", ".."), "two entries with the same name");
  }

  @Test
  void anEntryOfTheSameNameAsAnotherIsRefused() {
    assertRefused(
        new ArchiveText().file("a", "x").file("a", "y"), "two entries with the same name");
    assertRefused(
        new ArchiveText().file("b", "x").file("b/c", "y"), "two entries with the same name");
  }

  @Test
  void aLinkThatTakesTheNameOfAnEntryIsRefused() {
    assertRefused(
        new ArchiveText().file("a", "x").link("a", "b"), "two entries with the same name");
    assertThat(target.resolve("a")).isRegularFile();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "..", "../x", "b/../../x", "through/../../x", ""})
  void linksThatLeadOutAreNotMade(String to) throws IOException {
    byte[] archive =
        new ArchiveText().link("through", "a/b").directory("a/b", 0755).link("l", to).end();
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
        new ArchiveText()
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
    unpack(new ArchiveText().link("a", "b").link("b", "a").link("c", "c/../c").end(), STRICT);
    assertThat(Files.isSymbolicLink(target.resolve("a"))).isTrue();
    assertThat(Files.isSymbolicLink(target.resolve("c"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(chars = {'3', '4', '6'})
  void specialFilesAreNeverMade(char kind) throws IOException {
    byte[] archive = new ArchiveText().file("dev", "").as(kind).end();
    assertThatExceptionOfType(UnsafeEntryException.class).isThrownBy(() -> unpack(archive, STRICT));
    assertThat(unpack(archive, STRICT.skipUnsafe()).skippedCount()).isOne();
    assertThat(target).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(chars = {'S', 'M', 'D', 'V', 'q'})
  void kindsThatAreNotKnownAreRefused(char kind) {
    assertRefused(new ArchiveText().file("x", "").as(kind), "unknown type");
  }

  @Test
  void aHardLinkIsToAFileBeforeItAndInside() throws IOException {
    assertRefused(new ArchiveText().link("h", "../out").as('1'), "leads out");
    assertRefused(new ArchiveText().link("h", "/etc/passwd").as('1'), "absolute");
    assertRefused(new ArchiveText().link("h", "none").as('1'), "does not precede it");
    assertRefused(
        new ArchiveText().link("s", "/etc/passwd").link("h", "s").as('1'), "does not precede it");
    unpack(new ArchiveText().file("f", "x").link("g", "f").as('1').end(), STRICT);
    assertThat(target.resolve("g")).hasContent("x");
  }

  @Test
  void aSizeIsBelievedOnlyWithinTheLimit() {
    byte[] huge = new ArchiveText().file("f", "").bytes();
    TarNumber.write(1L << 50, huge, 124, 12);
    byte[] archive = new ArchiveText().replacing(huge).end();
    assertThatExceptionOfType(UnsafeEntryException.class)
        .isThrownBy(() -> unpack(archive, STRICT))
        .withMessageContaining("limit");
    byte[] pax = new ArchiveText().pax("30 size=999999999999999999999\n").file("f", "x").end();
    assertThatThrownBy(() -> unpack(pax, STRICT)).isInstanceOf(TarFormatException.class);
  }

  @Test
  void aNameIsBounded() {
    byte[] longName = new ArchiveText().file("f", "").as('L').bytes();
    TarNumber.write(1 << 30, longName, 124, 12);
    assertRefused(new ArchiveText().replacing(longName), "a name or header of 1073741824 bytes");
    assertRefused(new ArchiveText().file("n".repeat(5000), "x"), "a name or link of 5000 bytes");
    assertRefused(
        new ArchiveText().link("l", "x/".repeat(17_000)), "a name or link of 34000 bytes");
    String path = "path=" + "n".repeat(5000) + "\n";
    assertRefused(
        new ArchiveText().pax((path.length() + 5) + " " + path).file("f", "x"),
        "a name or link of 5000 bytes");
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
    byte[] archive = new ArchiveText().pax(records).file("f", "x").end();
    assertThatThrownBy(() -> unpack(archive, STRICT)).isInstanceOf(TarFormatException.class);
  }

  @Test
  void headersWithoutAnEntryEnd() {
    ArchiveText archive = new ArchiveText();
    for (int i = 0; i < 100; i++) {
      archive.pax("9 a=bcde\n");
    }
    assertRefused(archive, "without an entry");
  }

  @Test
  void pathAndLinkOfAPaxHeaderCount() throws IOException {
    unpack(
        new ArchiveText()
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
    byte[] whole =
        new ArchiveText().directory("d", 0755).file("d/f", "content").link("l", "d").end();
    int content = whole.length - TarReader.BLOCK;
    for (int length = 0; length < content; length += 37) {
      byte[] cut = Arrays.copyOf(whole, length);
      Path part = Files.createDirectory(target.resolve("cut-" + length));
      assertThatThrownBy(() -> DirectoryTarget.unpack(new ByteArrayInputStream(cut), part, STRICT))
          .isInstanceOf(EOFException.class);
    }
  }

  @Test
  void noiseIsNoArchiveText() {
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
    byte[] whole =
        new ArchiveText().directory("d", 0755).file("d/f", "content").link("l", "d").end();
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      byte[] wrong = whole.clone();
      int block = random.nextInt(4) * TarReader.BLOCK;
      wrong[block + random.nextInt(TarReader.BLOCK)] = (byte) random.nextInt(256);
      ArchiveText.sign(wrong, block == 2 * TarReader.BLOCK ? 0 : block);
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
    unpack(new ArchiveText().directory("d", 0555).file("d/f", "x").link("d/l", "f").end(), STRICT);
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
