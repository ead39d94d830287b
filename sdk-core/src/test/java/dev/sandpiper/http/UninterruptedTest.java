package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class UninterruptedTest {

  @Test
  void theFlagIsClearDuringTheActionAndSetAgainAfterIt() {
    Thread.currentThread().interrupt();
    boolean during = Uninterrupted.get(() -> Thread.currentThread().isInterrupted());
    assertThat(during).isFalse();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void theFlagIsSetAgainWhenTheActionFails() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () ->
                Uninterrupted.run(
                    () -> {
                      throw new IllegalStateException("no");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void anInterruptDuringTheActionIsKept() {
    Uninterrupted.run(() -> Thread.currentThread().interrupt());
    assertThat(Thread.interrupted()).isTrue();
  }
}
