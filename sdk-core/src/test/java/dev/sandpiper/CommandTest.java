package dev.sandpiper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTest {
  private static final Command LS = Command.of("ls", "-l", "");

  @Test
  void argumentsArePassedAsTheyAre() {
    assertThat(Command.of("printf", "%s", "a b", "", "$(id)", "\n").arguments())
        .containsExactly("printf", "%s", "a b", "", "$(id)", "\n");
  }

  @Test
  void programAndArgumentsMayComeInOneList() {
    assertThat(Command.of(List.of("ls", "-l", "")).arguments()).isEqualTo(LS.arguments());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Command.of(List.of()))
        .withMessage("a command needs a program: the list is empty");
  }

  @Test
  void scriptIsOneArgumentOfTheShell() {
    assertThat(Command.shell("echo 'a b'").arguments())
        .containsExactly("/bin/sh", "-c", "echo 'a b'");
  }

  @Test
  void whatWasNotSaidIsEmpty() {
    assertThat(LS.directory()).isEmpty();
    assertThat(LS.environment()).isEmpty();
    assertThat(LS.user()).isEmpty();
    assertThat(LS.timeout()).isEmpty();
    assertThat(LS.mergesErrors()).isFalse();
    assertThat(LS.captureBytes()).isEqualTo(4 << 20);
  }

  @Test
  void changedCopyKeepsTheRestAndLeavesTheOriginal() {
    Command all =
        LS.directory("work")
            .environment("A", "1")
            .user("root")
            .mergeErrors()
            .timeout(Duration.ofSeconds(5))
            .captureBytes(2);

    assertThat(all.arguments()).isEqualTo(LS.arguments());
    assertThat(all.directory()).contains("work");
    assertThat(all.environment()).containsExactly(Map.entry("A", "1"));
    assertThat(all.user()).contains("root");
    assertThat(all.mergesErrors()).isTrue();
    assertThat(all.timeout()).contains(Duration.ofSeconds(5));
    assertThat(all.captureBytes()).isEqualTo(2);
    assertThat(LS.environment()).isEmpty();
  }

  @Test
  void laterVariableWinsOverAnEarlierOne() {
    Command command = LS.environment("A", "1").environment(Map.of("A", "2", "B", "x=y"));

    assertThat(command.environment()).isEqualTo(Map.of("A", "2", "B", "x=y"));
  }

  @Test
  void programMustBeThere() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Command.of(""))
        .withMessage("the program is empty");
  }

  @Test
  void nulIsRefusedEverywhereAndSaysWhere() {
    assertNulRefused("argument 0", () -> Command.of("l\0s"));
    assertNulRefused("argument 2", () -> Command.of("ls", "-l", "a\0"));
    assertNulRefused("script", () -> Command.shell("\0"));
    assertNulRefused("directory", () -> LS.directory("/srv\0"));
    assertNulRefused("user", () -> LS.user("ro\0ot"));
    assertNulRefused("name of a variable", () -> LS.environment("A\0", "1"));
    assertNulRefused("variable A", () -> LS.environment("A", "\0"));
  }

  @Test
  void refusedValueIsNotQuoted() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LS.environment("TOKEN", "s3cret\0"))
        .withMessageNotContaining("s3cret");
  }

  @Test
  void variableNeedsANameWithoutAnEqualsSign() {
    assertThatIllegalArgumentException().isThrownBy(() -> LS.environment("", "1"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LS.environment("TOKEN=s3cret", "1"))
        .withMessageContaining("TOKEN")
        .withMessageNotContaining("s3cret");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void timeoutMustBePositive(long nanos) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LS.timeout(Duration.ofNanos(nanos)))
        .withMessageContaining("leave it out for no limit");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 0, -1, (1 << 30) + 1})
  void captureHasALeastAndAMost(int bytes) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LS.captureBytes(bytes))
        .withMessageContaining(String.valueOf(bytes));
  }

  @Test
  void inputIsGivenInOneWay() {
    Content content = Content.of("x");
    assertThat(LS.stdin()).isEmpty();
    assertThat(LS.opensStdin()).isFalse();
    assertThat(LS.stdin(content).captureBytes(2).stdin()).containsSame(content);
    assertThat(LS.openStdin().captureBytes(2).opensStdin()).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> LS.openStdin().stdin(content));
    assertThatIllegalArgumentException().isThrownBy(() -> LS.stdin(content).openStdin());
  }

  @Test
  void messagesNameTheProgramAndNothingElse() {
    assertThat(Command.of("curl", "-H", "s3cret").environment("K", "s3cret"))
        .hasToString("Command[curl]");
    assertThat(Command.shell("s3cret")).hasToString("Command[shell]");
  }

  private static void assertNulRefused(String where, ThrowingCallable call) {
    assertThatIllegalArgumentException()
        .isThrownBy(call)
        .withMessageStartingWith(where + " has a NUL at index");
  }
}
