package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GuardedSchedulerTest {

  @Test
  void periodicTaskThatThrowsGoesOn() throws InterruptedException {
    GuardedScheduler scheduler = new GuardedScheduler(DaemonThreads.named("test"));
    CountDownLatch runs = new CountDownLatch(3);
    Runnable failing =
        () -> {
          runs.countDown();
          throw new IllegalStateException("a bug");
        };
    try {
      Future<?> task = scheduler.every(Duration.ofMillis(1), failing);
      assertThat(runs.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(task.isDone()).isFalse();
    } finally {
      scheduler.close();
    }
  }
}
