package dev.sandpiper.blaxel.process;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandpiper.ProcessEvent.Channel;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the wrapper writes of a command, and what it needs for that. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class WrapperTest extends WrapperOnThisMachine {
  @ParameterizedTest
  @MethodSource("shells")
  void whatIsWrittenIsInSegmentsAndTheNamesTellTheRest(String shell) throws Exception {
    assertThat(new Run(shell).run("/bin/sh", "-c", "printf abc; printf e >/dev/stderr; exit 7"))
        .isEqualTo(7);

    assertThat(names()).hasSize(7);
    assertThat(names())
        .contains("sp-1.x.1.7", "sp-1.O.1.3.0", "sp-1.E.1.1.0", "sp-1.o.0", "sp-1.e.0", "sp-1.c");
    assertThat(text("sp-1.o.0")).isEqualTo("abc");
    assertThat(text("sp-1.e.0")).isEqualTo("e");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out())))
        .isEqualTo("rwx------");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whatIsShortIsInLinesAndNeedsNoFile(String shell) throws Exception {
    Run run = new Run(shell);
    run.lines = "8193";
    assertThat(run.run("/bin/sh", "-c", "printf abc; printf e >/dev/stderr; exit 7")).isEqualTo(7);

    assertThat(log()).hasSize(6);
    assertThat(log()).contains("x.1.7", "O.1.3.0", "E.1.1.0", "o 1 YWJj", "e 1 ZQ==");
    assertThat(out()).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whatIsLongerGoesOnInFilesFromThereOn(String shell) throws Exception {
    Run run = new Run(shell);
    run.lines = "8193";
    run.run("/bin/sh", "-c", "seq 1 10000");

    RecordLines lines = RecordLines.of(Files.readString(directory.resolve("log")));
    assertThat(lines.held(Channel.STDOUT)).isEqualTo(8193);
    assertThat(log()).contains("o.8193", "O.1.48894.0", "E.1.0.0", "x.1.0");
    assertThat(lines.from(Channel.STDOUT, 0).text() + text("sp-1.o.8193"))
        .isEqualTo(IntStream.rangeClosed(1, 10_000).mapToObj(i -> i + "\n").collect(joining()));
    assertThat(names()).contains("sp-1.c", "sp-1.O.1.48894.0");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void withoutBase64AllGoesIntoFiles(String shell) throws Exception {
    assumeFalse(shell.contains("busybox"), "it has its tools in itself");
    Path tools = Files.createDirectory(directory.resolve("tools"));
    for (String tool : List.of("dd", "mkdir", "mkfifo", "rm", "sleep", "stat", "chmod", "setsid")) {
      Files.createSymbolicLink(tools.resolve(tool), whereIs(tool));
    }
    Run run = new Run(shell);
    run.lines = "8193";
    run.standardPath = tools.toString();
    run.environment.put("PATH", tools.toString());
    assertThat(run.run("/bin/sh", "-c", "echo abc")).isZero();

    assertThat(log()).contains("o.0", "O.1.4.0", "x.1.0");
    assertThat(text("sp-1.o.0")).isEqualTo("abc\n");
  }

  private static Path whereIs(String tool) {
    return Stream.of("/usr/bin/", "/bin/")
        .map(folder -> Path.of(folder + tool))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }

  /** As bash before 5.1 does it. */
  @Test
  void whereAHereDocumentIsAFileThePipesHaveNames() throws Exception {
    assumeTrue(new File("/bin/bash").canExecute(), "only bash can be told so");
    for (String lines : List.of("", "8193")) {
      Run run = new Run("/bin/bash");
      run.id = "sp-" + lines;
      run.lines = lines;
      run.environment.put("BASH_COMPAT", "50");
      assertThat(run.run("/bin/sh", "-c", "echo abc; echo e >/dev/stderr; exit 7")).isEqualTo(7);

      assertThat(text(run.id + ".o.0")).isEqualTo("abc\n");
      assertThat(text(run.id + ".e.0")).isEqualTo("e\n");
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aSegmentEndsWhereTheNextBegins(String shell) throws Exception {
    Run run = new Run(shell);
    run.segment = 1 << 17;
    run.run("/bin/sh", "-c", "seq 1 200000");

    StringBuilder all = new StringBuilder();
    List<Long> offsets =
        names().stream()
            .filter(name -> name.contains(".o."))
            .map(name -> Long.parseLong(name.substring(name.lastIndexOf('.') + 1)))
            .sorted()
            .toList();
    for (long offset : offsets) {
      assertThat(all.length()).isEqualTo((int) offset);
      assertThat(Files.size(out().resolve("sp-1.o." + offset))).isLessThanOrEqualTo(1 << 17);
      all.append(text("sp-1.o." + offset));
    }
    StringBuilder expected = new StringBuilder();
    for (int i = 1; i <= 200_000; i++) {
      expected.append(i).append('\n');
    }
    assertThat(all).hasToString(expected.toString());
    assertThat(offsets).hasSizeGreaterThan(9);
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whatStartsAgainGoesOnWhereItStopped(String shell) throws Exception {
    Run run = new Run(shell);
    run.again = "again";
    assertThat(run.run("/bin/sh", "-c", "printf one; exit 1")).isEqualTo(1);
    assertThat(run.run("/bin/sh", "-c", "printf three")).isZero();

    assertThat(names())
        .contains("sp-1.x.1.1", "sp-1.x.2.0", "sp-1.O.1.3.0", "sp-1.O.2.8.0", "sp-1.o.3");
    assertThat(text("sp-1.o.0") + text("sp-1.o.3")).isEqualTo("onethree");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void theFilesOfTheFinishedGoWithTheNext(String shell) throws Exception {
    new Run(shell).run("true");
    Run next = new Run(shell);
    next.id = "sp-2";
    next.old = "sp-1";
    next.run("true");

    assertThat(names()).allMatch(name -> name.startsWith("sp-2."));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whatIsAbandonedForADayIsSweptAndWhatLivesIsNot(String shell) throws Exception {
    Files.createDirectory(out());
    Files.setPosixFilePermissions(out(), PosixFilePermissions.fromString("rwx------"));
    java.lang.Process living = new ProcessBuilder("sleep", "1000").start();
    try {
      String stat = Files.readString(Path.of("/proc/" + living.pid() + "/stat"));
      String born = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19];
      for (String name :
          List.of(
              "sp-a.o.0",
              "sp-a.p.1.1.1",
              "sp-b.o.0",
              "sp-b.p.1." + living.pid() + "." + born,
              "sp-c.o.0",
              "other")) {
        Files.createFile(out().resolve(name));
        assertThat(
                new ProcessBuilder("touch", "-d", "2 days ago", out().resolve(name).toString())
                    .start()
                    .waitFor())
            .isZero();
      }
      Files.createFile(out().resolve("sp-c.c")); // somebody has claimed it since
      Run run = new Run(shell);
      run.sweep = Scripts.SWEEP;
      run.run("true");

      assertThat(names()).filteredOn(name -> name.startsWith("sp-a.")).isEmpty();
      assertThat(names()).contains("sp-b.o.0", "sp-c.o.0", "other");
    } finally {
      living.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aFullDiskIsNoEnd(String shell) throws Exception {
    Path tools = Files.createDirectory(directory.resolve("tools"));
    Path dd = tools.resolve("dd");
    Files.writeString(dd, "#!/bin/sh\nhead -c 5\nexit 1\n");
    Files.setPosixFilePermissions(dd, PosixFilePermissions.fromString("rwxr-xr-x"));
    Run run = new Run(shell);
    run.environment.put("PATH", tools + ":" + System.getenv("PATH"));
    run.run("/bin/sh", "-c", "printf abcdefgh");

    assertThat(names()).contains("sp-1.O.1.5.1");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void withoutAToolNothingIsBegun(String shell) throws Exception {
    assumeFalse(shell.contains("busybox"), "it has its tools in itself");
    Run run = new Run(shell);
    run.standardPath = directory.toString();
    run.environment.put("PATH", directory.toString());
    assertThat(run.run("/bin/touch", directory.resolve("begun").toString())).isEqualTo(125);

    assertThat(Files.readString(directory.resolve("log"))).startsWith(ExitJudge.UNABLE);
    assertThat(directory.resolve("begun")).doesNotExist();
    assertThat(out()).doesNotExist();
  }
}
