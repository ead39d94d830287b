package dev.sandpiper.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Capability;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class QuickstartTest {
  private static final SandboxFilter ALIVE = SandboxFilter.all().state(SandboxInfo.State.RUNNING);

  private static String run(Map<String, String> environment, String... arguments)
      throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (Platform platform = Platform.choose(List.of(arguments), environment)) {
      printed.writeBytes((platform.description() + "\n").getBytes(UTF_8));
      Quickstart.run(platform.client(), new PrintStream(printed, true, UTF_8));
      assertThat(platform.client().list(ALIVE)).isEmpty();
    }
    return printed.toString(UTF_8);
  }

  @Test
  void withoutAKeyItRunsOnThisMachine() throws IOException {
    assertThat(run(Map.of()))
        .startsWith("in a local sandbox")
        .contains("  | 100 years read, from 1871 to 1970, mean 919\n")
        .contains("  | 10000 shuffles, 0 with a drift as large\n")
        .contains("exit status 1.\n")
        .contains("  1871,1898,1097.8\n");
  }

  @Test
  void withAKeyItRunsAtE2b() throws IOException {
    try (LocalSandboxes e2b = LocalSandboxes.start()) {
      assertThat(run(e2b.e2bEnvironment())).startsWith("at E2B").contains("  1899,1970,850.0\n");
    }
  }

  @Test
  void asBlaxelItRunsOnThisMachineToo() throws IOException {
    assertThat(run(Map.of(), "blaxel"))
        .startsWith("in a local sandbox")
        .contains("  | 100 years read, from 1871 to 1970, mean 919\n")
        .contains("exit status 1.\n")
        .contains("  1871,1898,1097.8\n");
  }

  @Test
  void withAKeyOfEachThePlatformThatIsAskedForIsUsed() throws IOException {
    try (LocalSandboxes both = LocalSandboxes.start()) {
      Map<String, String> keys = new HashMap<>(both.e2bEnvironment());
      keys.putAll(both.blaxelEnvironment());
      assertThat(descriptionOf(keys)).startsWith("at E2B");
      assertThat(descriptionOf(keys, "blaxel")).startsWith("at Blaxel");
    }
  }

  private static String descriptionOf(Map<String, String> environment, String... arguments) {
    try (Platform platform = Platform.choose(List.of(arguments), environment)) {
      return platform.description();
    }
  }

  @Test
  void whatAPlatformLacksIsSaidInASentence() {
    assertThatThrownBy(
            () -> Platform.choose(List.of("blaxel"), Map.of(), Capability.TERMINAL).close())
        .hasMessage("This example needs TERMINAL, which Blaxel does not have: use platform e2b.");
    assertThatThrownBy(() -> Platform.only("e2b", List.of("blaxel")).close())
        .hasMessage("This example uses what only platform e2b has, and not blaxel.");
    assertThatThrownBy(() -> descriptionOf(Map.of(), "e3b"))
        .hasMessage("The platform is e2b or blaxel, not [e3b].");
  }

  @Test
  void theLauncherKnowsEveryExample() throws IOException {
    try (Stream<Path> sources = Files.list(Path.of("src/main/java/dev/sandpiper/examples"))) {
      List<String> runnable = new ArrayList<>();
      for (Path source : sources.toList()) {
        if (Files.readString(source).contains("public static void main(")) {
          runnable.add(source.getFileName().toString().replace(".java", ""));
        }
      }
      runnable.remove("Examples");
      assertThat(Examples.NAMES).containsExactlyInAnyOrderElementsOf(runnable);
    }
    String readme = Files.readString(Path.of("..", "README.md"));
    assertThat(Examples.NAMES).allSatisfy(name -> assertThat(readme).containsIgnoringCase(name));
  }

  @Test
  void theFakeSaysWhatARealSandboxSays() throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Quickstart.run(RecordedAnalysis.client(), new PrintStream(printed, true, UTF_8));
    assertThat(withoutFirstLines(printed.toString(UTF_8)))
        .isEqualTo(withoutFirstLines(run(Map.of())));
  }

  /** What differs: the platform and the sandbox's id. */
  private static List<String> withoutFirstLines(String printed) {
    return printed.lines().dropWhile(line -> !line.startsWith("  | ")).toList();
  }

  @Test
  void thePictureInTheReadmeIsOfSuchARun() throws IOException {
    String picture = Files.readString(Path.of("..", "docs", "run.svg"));
    assertThat(withoutFirstLines(run(Map.of()))).isNotEmpty().allMatch(picture::contains);
  }

  @Test
  void onWindowsItRunsInTheFake() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-classpath",
            System.getProperty("java.class.path"),
            "-Dos.name=Windows 11",
            Quickstart.class.getName());
    builder.environment().keySet().removeAll(List.of("E2B_API_KEY", "BL_API_KEY"));
    java.lang.Process windows = builder.redirectErrorStream(true).start();
    assertThat(new String(windows.getInputStream().readAllBytes(), UTF_8))
        .startsWith("Running in a fake that runs nothing, because local sandboxes need Linux")
        .endsWith("Done. Nothing is left behind." + System.lineSeparator());
    assertThat(windows.waitFor()).isZero();
  }

  @Test
  void withItsKeyItRunsAtBlaxel() throws IOException {
    try (LocalSandboxes blaxel = LocalSandboxes.start()) {
      assertThat(run(blaxel.blaxelEnvironment()))
          .startsWith("at Blaxel")
          .contains("  1899,1970,850.0\n");
    }
  }
}
