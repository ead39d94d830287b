package dev.sandpiper.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.testing.Patience;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The wrapper as a script, in the shells of this machine. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class WrapperTest {
  /** Where the wrapper finds its tools, whatever the command's own path is. */
  private static final String STANDARD_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  @TempDir Path directory;

  static Stream<String> shells() {
    return Stream.of("/bin/dash", "/bin/bash", "/bin/busybox sh")
        .filter(shell -> new File(shell.split(" ", 2)[0]).canExecute());
  }

  /** What a wrapper is told. */
  private final class Run {
    private final String shell;
    private final Map<String, String> environment = new HashMap<>();
    private String id = "sp-1";
    private String lines = "";
    private long segment = 4 << 20;
    private long kept = 64 << 20;
    private int lease = 240;
    private String joined = "";
    private String seconds = "";
    private String again = "";
    private String old = "";
    private String sweep = "";
    private String standardPath = STANDARD_PATH;

    Run(String shell) {
      this.shell = shell;
    }

    java.lang.Process start(String... command) throws IOException {
      List<String> all = new ArrayList<>(List.of("setsid"));
      all.addAll(List.of(shell.split(" ")));
      all.addAll(List.of("-c", here(Scripts.WRAP.replace(STANDARD_PATH, standardPath)), "sh"));
      all.addAll(List.of(out().toString(), path(id), lines));
      all.addAll(List.of("" + segment, "" + kept, "" + lease, joined, seconds, again, old));
      all.addAll(Arrays.asList(command));
      ProcessBuilder builder = new ProcessBuilder(all);
      builder.environment().putAll(environment);
      builder.environment().put("SANDPIPER_WRITE", here(Scripts.WRITE));
      builder.environment().put("SANDPIPER_WATCHDOG", here(Scripts.WATCHDOG));
      builder.environment().put("SANDPIPER_SWEEP", sweep);
      builder.environment().put("SANDPIPER_HOLDER", "sp-h.0");
      return builder
          .redirectErrorStream(true)
          .redirectOutput(directory.resolve("log").toFile())
          .start();
    }

    private String here(String script) {
      return script.replace("/bin/sh", shell);
    }

    int run(String... command) throws Exception {
      java.lang.Process process = start(command);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    }
  }

  private Path out() {
    return directory.resolve("out");
  }

  private String path(String id) {
    return out().resolve(id).toString();
  }

  private List<String> names() {
    String[] names = out().toFile().list();
    return names == null ? List.of() : Stream.of(names).sorted().toList();
  }

  private String text(String name) throws IOException {
    return Files.readString(out().resolve(name));
  }

  private void awaitName(String part) {
    Patience.until(part, () -> names().stream().anyMatch(name -> name.contains(part)));
  }

  private static void kill(String signal, long group) throws Exception {
    new ProcessBuilder("kill", "-" + signal, "--", "-" + group).start().waitFor();
  }

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

  private List<String> log() throws IOException {
    return Files.readAllLines(directory.resolve("log"));
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
  void aDeathBySignalIsToldFromAnExitWithItsCode(String shell) throws Exception {
    for (String lines : List.of("", "8193")) {
      Run run = new Run(shell);
      run.lines = lines;
      run.id = "sp-died" + lines;
      run.run("/bin/sh", "-c", "kill -KILL $$");
      assertThat(all()).contains("x.1." + (256 + 9));
      run.id = "sp-exited" + lines;
      run.run("/bin/sh", "-c", "exit 137");
      assertThat(all()).contains("x.1.137");
    }
  }

  /** Every mark, whichever way it is told. */
  private String all() throws IOException {
    return log() + " " + names();
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
  void whileTheLeaseIsHeldTheCommandWaitsAndOnceItIsGivenBackTheOldestGoes(String shell)
      throws Exception {
    Run run = new Run(shell);
    run.segment = 1 << 17;
    run.kept = 1 << 19;
    java.lang.Process process = run.start("/bin/sh", "-c", "seq 1 400000");
    Patience.until("there is as much as may be", () -> held() >= run.kept);
    assertThat(process.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(names()).contains("sp-1.o.0");
    Files.writeString(out().resolve("sp-1.c"), Lease.GIVEN_BACK + "\n");
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();

    assertThat(held()).isBetween(1L << 18, (1L << 19) + (1 << 17));
    assertThat(names()).doesNotContain("sp-1.o.0");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void theWriterDropsWhatTheReaderHasPassedAndNothingElse(String shell) throws Exception {
    Run run = new Run(shell);
    run.segment = 1 << 17;
    run.kept = 1 << 19;
    java.lang.Process process = run.start("/bin/sh", "-c", "seq 1 200000; seq 1 200000 >&2");
    Patience.until("there is as much as may be", () -> held() >= run.kept);
    Files.writeString(out().resolve("sp-1.c"), "reader.1 900000 0\n");
    Patience.until("the command goes on", () -> held("sp-1.e.") >= run.kept);

    assertThat(offsets("sp-1.o.").first()).isLessThanOrEqualTo(900_000);
    assertThat(offsets("sp-1.o.").higher(offsets("sp-1.o.").first())).isGreaterThan(900_000);
    assertThat(offsets("sp-1.e.").first()).isZero();
    Files.writeString(out().resolve("sp-1.c"), "reader.2 2000000 2000000\n");
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(names()).contains("sp-1.O.1.1288895.0", "sp-1.E.1.1288895.0");
  }

  private NavigableSet<Long> offsets(String segments) {
    return names().stream()
        .filter(name -> name.startsWith(segments))
        .map(name -> Long.parseLong(name.substring(segments.length())))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aLeaseThatNobodyRenewsLapses(String shell) throws Exception {
    Run run = new Run(shell);
    run.segment = 1 << 17;
    run.kept = 1 << 19;
    run.lease = 2;
    assertThat(run.run("/bin/sh", "-c", "seq 1 400000")).isZero();

    assertThat(names()).contains("sp-1.c").doesNotContain("sp-1.o.0");
    assertThat(held()).isLessThanOrEqualTo((1L << 19) + (1 << 17));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aLeaseIsHeldWhileItsHolderRenewsItsHeartbeat(String shell) throws Exception {
    Run run = new Run(shell);
    run.segment = 1 << 17;
    run.kept = 1 << 19;
    run.lease = 8;
    java.lang.Process process = run.start("/bin/sh", "-c", "seq 1 400000");
    Patience.until("there is as much as may be", () -> held() >= run.kept);
    for (int beat = 1; beat <= 30; beat++) { // for longer than the lease
      Files.writeString(out().resolve("sp-h.r"), beat + "\n");
      assertThat(process.waitFor(100, TimeUnit.MILLISECONDS)).isFalse();
    }
    assertThat(names()).contains("sp-1.o.0");
    assertThat(text("sp-1.c")).isEqualTo("sp-h.0 0 0\n");

    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(names()).doesNotContain("sp-1.o.0");
  }

  private long held() {
    return held("sp-1.o.");
  }

  private long held(String segments) {
    return names().stream()
        .filter(name -> name.startsWith(segments))
        .mapToLong(name -> out().resolve(name).toFile().length())
        .sum();
  }

  @ParameterizedTest
  @MethodSource("shells")
  void signalsReachTheCommandAndSpareTheRest(String shell) throws Exception {
    java.lang.Process process =
        new Run(shell)
            .start(
                "perl", // since who started this build may ignore INT, and a shell keeps that
                "-e",
                "$SIG{INT} = 'DEFAULT'; exec @ARGV",
                "/bin/sh",
                "-c",
                "trap 'echo last; exit 9' INT; echo go; while :; do sleep 0.05; done");
    Patience.until("it runs", () -> Files.exists(out().resolve("sp-1.o.0")) && !text().isEmpty());
    kill("INT", process.pid());
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();

    assertThat(process.exitValue()).isEqualTo(9);
    assertThat(text("sp-1.o.0")).isEqualTo("go\nlast\n");
  }

  private String text() {
    try {
      return text("sp-1.o.0");
    } catch (IOException e) {
      return "";
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aCommandHasEverySignalAsItIsWithoutAWrapper(String shell) throws Exception {
    String[] command = {"grep", "-E", "^Sig(Ign|Cgt)", "/proc/self/status"};
    new Run(shell).run(command);

    byte[] plain = new ProcessBuilder(command).start().getInputStream().readAllBytes();
    assertThat(text("sp-1.o.0")).isEqualTo(new String(plain, UTF_8));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whenAllAreKilledTheOutputIsWholeAndThereIsNoExit(String shell) throws Exception {
    java.lang.Process process = new Run(shell).start("/bin/sh", "-c", "echo go; exec sleep 1000");
    Patience.until("it runs", () -> !text().isEmpty());
    awaitName(".e.0"); // its writer has left the group
    kill("KILL", process.pid());
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    awaitName(".O.1.3.0");
    awaitName(".E.1.0.0");

    assertThat(names()).noneMatch(name -> name.contains(".x."));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aCommandWhoseClientDiedIsStoppedByTheWatchdog(String shell) throws Exception {
    Run run = new Run(shell);
    run.seconds = "1";
    assertThat(run.run("/bin/sh", "-c", "echo go; exec sleep 1000")).isEqualTo(143);

    assertThat(names()).contains("sp-1.x.1." + (256 + 15), "sp-1.O.1.3.0");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aWatchdogEndsWithItsCommand(String shell) throws Exception {
    Run run = new Run(shell);
    run.seconds = "777";
    run.environment.put("SANDPIPER_WATCHED", directory.toString());
    assertThat(run.run("true")).isZero();

    String all =
        new String(
            new ProcessBuilder("ps", "-eo", "args").start().getInputStream().readAllBytes(), UTF_8);
    assertThat(all.lines()).noneMatch(line -> line.equals("sleep 777"));
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
