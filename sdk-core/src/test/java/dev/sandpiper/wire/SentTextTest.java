package dev.sandpiper.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.http.Routes;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SentTextTest {
  private static final String HALF = "a\ud83db";
  private static final List<Object> SAMPLES =
      List.of(Command.of("ls"), Content.of(""), SandboxSpec.standard(), SandboxFilter.all());

  /** Every public method that takes a text, once for each of its texts. */
  static Stream<Call> calls() {
    List<Call> calls = new ArrayList<>();
    for (Object sample : SAMPLES) {
      for (Method method : sample.getClass().getDeclaredMethods()) {
        if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic()) {
          for (int i = 0; i < method.getParameterCount(); i++) {
            addAll(calls, sample, method, i);
          }
        }
      }
    }
    return calls.stream();
  }

  private static void addAll(List<Call> calls, Object sample, Method method, int position) {
    Class<?> type = method.getParameterTypes()[position];
    if (type == String.class) {
      calls.add(new Call(sample, method, position, HALF));
    } else if (type == String[].class) {
      calls.add(new Call(sample, method, position, new String[] {"x", HALF}));
    } else if (type == Map.class) {
      calls.add(new Call(sample, method, position, Map.of("x", HALF)));
      calls.add(new Call(sample, method, position, Map.of(HALF, "x")));
    }
  }

  record Call(Object sample, Method method, int position, Object text) {
    void make() throws Throwable {
      Object[] arguments =
          Arrays.stream(method.getParameterTypes())
              .map(type -> type == String[].class ? new String[] {} : "x")
              .toArray();
      arguments[position] = text;
      try {
        method.invoke(sample, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }

    @Override
    public String toString() {
      return method.getDeclaringClass().getSimpleName() + "." + method.getName() + " " + position;
    }
  }

  @ParameterizedTest
  @MethodSource("calls")
  void halfASurrogatePairIsRefusedWithItsPlace(Call call) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::make)
        .withMessageContaining("has an unpaired surrogate at index 1");
  }

  @Test
  void allMethodsThatTakeATextAreTried() {
    assertThat(calls().map(Call::toString))
        .contains(
            "Command.of 0",
            "Command.of 1",
            "Command.shell 0",
            "Command.directory 0",
            "Command.user 0",
            "Command.environment 0",
            "Command.environment 1",
            "Content.of 0",
            "SandboxSpec.template 0",
            "SandboxSpec.environment 0",
            "SandboxSpec.environment 1",
            "SandboxSpec.label 0",
            "SandboxSpec.label 1",
            "SandboxFilter.label 0",
            "SandboxFilter.label 1");
  }

  @ParameterizedTest(name = "{index}")
  @ValueSource(strings = {"\ud83d", "\ude00", "\ude00\ud83d", "\ud83d\ud83d\ude00", "x\ude00"})
  void halvesInAnyOrderAreFound(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SentText.requireUnicode("it", text))
        .withMessageStartingWith("it has an unpaired surrogate at index ");
  }

  @ParameterizedTest(name = "{index}")
  @ValueSource(strings = {"", "a", "\ud83d\ude00", "\u20ac\u0001\uffff"})
  void whatUtf8CanHoldIsReturned(String text) {
    assertThat(SentText.require("it", text)).isSameAs(text);
  }

  @Test
  void aNulIsForContentsOnly() {
    assertThat(SentText.requireUnicode("it", "a\0")).isEqualTo("a\0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SentText.require("it", "a\0"))
        .withMessageContaining("it has a NUL at index 1");
    assertThatIllegalArgumentException().isThrownBy(() -> SandboxSpec.standard().label("a", "\0"));
  }

  @Test
  void anIdIsNotReplacedByAnother() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Routes.under(Routes.base("the URL", "http://h"), "sandboxes", HALF));
  }
}
