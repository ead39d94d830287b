package dev.sandpiper.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.ExecResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;

/** Bytes are unchanged in both directions, in commands and files. */
@Needs({Capability.BYTES, Capability.EXIT_STATUS})
interface BytesAreExact extends Facts {

  @Fact
  default void everyByteValueComesThroughOnBothChannels() throws IOException {
    byte[] all = randomBytes(300_000);
    sandbox().files().write("all", Content.of(all));
    ExecResult result = sandbox().shell("cat all; cat all >&2").orThrow();
    Facts.assertSameBytes(result.stdout().bytes(), all);
    Facts.assertSameBytes(result.stderr().bytes(), all);
  }

  @Fact
  default void textIsWholeHoweverItWasWritten() {
    String script = "for b in 342 202 254 360 237 230 200; do printf \"\\\\$b\"; sleep 0.02; done";
    assertThat(sandbox().shell(script).orThrow().stdout().text()).isEqualTo("€😀");
  }

  @Fact
  default void noTrailingNewlineBlankLinesAndThreeMegabyteLines() {
    assertThat(sandbox().shell("printf 'a\\n\\n\\nb'").stdout().text()).isEqualTo("a\n\n\nb");
    String line = "head -c 3000000 /dev/zero | tr '\\0' x";
    assertThat(sandbox().shell(line).orThrow().stdout().text()).isEqualTo("x".repeat(3_000_000));
  }

  @Fact
  default void argumentsArriveAsTheyAre() {
    String[] odd = {"", " ", "a b", "'", "\"", "$HOME", "`id`", "\\", "*", "-n", "é€😀", "a\nb"};
    ExecResult result =
        sandbox().processes().exec(Command.of("printf", prepend("%s\\0", odd))).orThrow();
    assertThat(result.stdout().text()).isEqualTo(String.join("\0", odd) + "\0");
  }

  @Fact
  default void variablesArriveAsTheyAre() {
    String value = "a 'b' \"c\" $d\ne=é";
    Command command = Command.shell("printf %s \"$ODD\"").environment("ODD", value);
    assertThat(sandbox().processes().exec(command).stdout().text()).isEqualTo(value);
  }

  @Fact
  default void mergedErrorsAreATranscript() {
    Command command =
        Command.shell("for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done").mergeErrors();
    ExecResult result = sandbox().processes().exec(command).orThrow();
    assertThat(result.stdout().text().lines())
        .containsExactly(
            "out 1", "err 1", "out 2", "err 2", "out 3", "err 3", "out 4", "err 4", "out 5",
            "err 5");
    assertThat(result.stderr().bytes()).isEmpty();
  }

  @Fact
  default void filesComeBackAsTheyWent(@TempDir Path directory) throws IOException {
    byte[] bytes = randomBytes(1_000_003);
    Path source = Files.write(directory.resolve("source"), bytes);
    sandbox().files().upload(source, "deep/er/a name with 100% é+&.bin");
    Path copy = directory.resolve("copy");
    sandbox().files().download("deep/er/a name with 100% é+&.bin", copy);
    Facts.assertSameBytes(Files.readAllBytes(copy), bytes);
    Facts.assertSameBytes(sandbox().files().readBytes("deep/er/a name with 100% é+&.bin"), bytes);
    try (InputStream stream = sandbox().files().read("deep/er/a name with 100% é+&.bin")) {
      Facts.assertSameBytes(stream.readAllBytes(), bytes);
    }
    assertThat(directory).isDirectoryNotContaining(path -> path.toString().endsWith(".part"));
  }

  @Fact
  default void anEmptyFileIsEmptyAndThere() throws IOException {
    sandbox().files().write("empty", Content.of(new byte[0]));
    assertThat(sandbox().files().exists("empty")).isTrue();
    try (InputStream stream = sandbox().files().read("empty")) {
      assertThat(stream.readAllBytes()).isEmpty();
    }
  }

  @Fact
  default void aStreamOfUnknownLengthIsWrittenWhole() {
    byte[] bytes = "streamed\n".repeat(20_000).getBytes(UTF_8);
    sandbox().files().write("streamed", Content.of(new ByteArrayInputStream(bytes)));
    Facts.assertSameBytes(sandbox().exec("cat", "streamed").stdout().bytes(), bytes);
  }

  @Fact
  default void relativePathsMeanTheSameToCommandsAndFiles() {
    sandbox().files().write("here/file", Content.of("x"));
    Command command = Command.of("cat", "file").directory("here");
    assertThat(sandbox().processes().exec(command).stdout().text()).isEqualTo("x");
    assertThat(sandbox().files().exists(sandbox().workingDirectory() + "/here/file")).isTrue();
    assertThat(sandbox().exec("pwd").stdout().text().strip())
        .isEqualTo(sandbox().workingDirectory());
    assertThat(sandbox().shell("printf %s \"$HOME\"").stdout().text())
        .isEqualTo(sandbox().homeDirectory());
  }

  private static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  private static String[] prepend(String first, String... rest) {
    String[] all = new String[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }
}
