package dev.sandpiper.agent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The script with the tools of this machine, and with BusyBox's where that is installed. */
class GrepScriptTest {
  private static final Path BUSYBOX = Path.of("/bin/busybox");

  enum Tools {
    OWN,
    BUSYBOX
  }

  record Run(int exit, String out, String complaint) {}

  @TempDir Path directory;
  private Path searched;

  @BeforeEach
  void write() throws IOException {
    searched = Files.createDirectory(directory.resolve("searched"));
    write("a:1:b", "one\ntwo birds\n");
    write("new\nline", "\\back\\birds\n  spaced birds  \n");
    write("-n", "birds");
    write("up", "BIRDS\n");
    write("binary", "birds\0\nbirds\n");
    Files.createDirectory(searched.resolve(".git"));
    write(".git/hidden", "birds\n");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(searched.resolve(name), text);
  }

  private Run run(Tools tools, String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder();
    builder.environment().put("LC_ALL", "C");
    if (tools == Tools.OWN) {
      builder.command().add("/bin/sh");
    } else {
      assumeTrue(Files.isExecutable(BUSYBOX), "BusyBox is installed");
      builder.command().addAll(List.of(BUSYBOX.toString(), "sh"));
      builder.environment().put("PATH", busyBox() + ":" + System.getenv("PATH"));
    }
    builder.command().addAll(List.of("-c", script(), "sh"));
    builder.command().addAll(List.of(arguments));
    Process process = builder.directory(searched.toFile()).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
    String complaint = new String(process.getErrorStream().readAllBytes(), ISO_8859_1);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), out, complaint);
  }

  /** A directory in which each program that the script runs is BusyBox. */
  private Path busyBox() throws IOException {
    Path programs = Files.createDirectory(directory.resolve("programs"));
    for (String program : List.of("sh", "find", "grep", "printf", "head", "tr", "wc")) {
      Path file = programs.resolve(program);
      Files.writeString(file, "#!/bin/busybox sh\nexec /bin/busybox " + program + " \"$@\"\n");
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    return programs;
  }

  private static String script() throws IOException {
    try (InputStream text = GrepScriptTest.class.getResourceAsStream("grep.sh")) {
      return new String(text.readAllBytes(), ISO_8859_1);
    }
  }

  /** The matches in the order of their files, which no find promises. */
  private static List<String> matches(Run run) {
    assertThat(run.exit()).isZero();
    return Arrays.stream(run.out().split("(?=\\./)")).sorted().toList();
  }

  @ParameterizedTest
  @EnumSource
  void linesComeWithTheirFileAndNumberAndBinaryFilesAreLeftOut(Tools tools) throws Exception {
    assertThat(matches(run(tools, "birds", "", "*")))
        .containsExactly(
            "./-n\0001:birds\n",
            "./a:1:b\0002:two birds\n",
            "./new\nline\0001:\\back\\birds\n",
            "./new\nline\0002:  spaced birds  \n");
  }

  @ParameterizedTest
  @EnumSource
  void caseAndNamesAreOptions(Tools tools) throws Exception {
    assertThat(matches(run(tools, "birds", "i", "[u-]*")))
        .containsExactly("./-n\0001:birds\n", "./up\0001:BIRDS\n");
  }

  @ParameterizedTest
  @EnumSource
  void aPatternThatIsWrongIsComplainedAbout(Tools tools) throws Exception {
    Run run = run(tools, "(", "", "*");
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.complaint()).contains("(");
  }
}
