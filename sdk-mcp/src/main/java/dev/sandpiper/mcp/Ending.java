package dev.sandpiper.mcp;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The shutdown hook, which closes the sandbox once it is known. */
final class Ending implements Runnable {
  private final ReentrantLock opening;
  private @Nullable ServedSandbox served; // guarded by opening; null if none was opened

  Ending(ReentrantLock opening) {
    this.opening = opening;
  }

  /** Called with the lock held. */
  void closes(ServedSandbox sandbox) {
    served = sandbox;
  }

  @Override
  public void run() {
    opening.lock();
    try {
      if (served != null) {
        served.close();
      }
    } finally {
      opening.unlock();
    }
  }
}
