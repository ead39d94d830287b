package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import java.util.concurrent.atomic.AtomicInteger;
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
  void whatAnInterruptEndsIsDoneOnceMore() {
    AtomicInteger attempts = new AtomicInteger();
    Uninterrupted.run(
        () -> {
          if (attempts.incrementAndGet() == 1) {
            Thread.currentThread().interrupt();
            throw new CancelledException(Failure.of("stop", "it", "its thread was interrupted"));
          }
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
    assertThat(attempts).hasValue(2);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void whoInterruptsAgainAndAgainIsNotHeldForEver() {
    AtomicInteger attempts = new AtomicInteger();
    Uninterrupted.run(
        () -> {
          attempts.incrementAndGet();
          Thread.currentThread().interrupt();
        });
    assertThat(attempts).hasValue(3);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void anInterruptDuringTheActionIsKept() {
    Uninterrupted.run(() -> Thread.currentThread().interrupt());
    assertThat(Thread.interrupted()).isTrue();
  }
}
