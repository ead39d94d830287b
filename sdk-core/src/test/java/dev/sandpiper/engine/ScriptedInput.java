package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** What a scripted command was given to read: each piece, and the end of file. */
final class ScriptedInput {
  static final String END = "<end>";

  final List<byte[]> pieces = Collections.synchronizedList(new ArrayList<>());
  final CountDownLatch blocked = new CountDownLatch(1);
  final CountDownLatch givenUp = new CountDownLatch(1);

  private volatile Runnable onWrite = () -> {};
  private volatile Runnable onEnd = () -> {};

  /** What happens with each piece once it has been taken. */
  void onWrite(Runnable action) {
    onWrite = action;
  }

  void onEnd(Runnable action) {
    onEnd = action;
  }

  /** The pipe is full, and nobody reads. */
  void blocks() {
    onWrite =
        () -> {
          blocked.countDown();
          try {
            givenUp.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException(failure("its thread was interrupted"), e);
          }
          throw new CancelledException(failure("it was closed"));
        };
  }

  static Failure failure(String observed) {
    return Failure.of("write stdin", "scripted", observed);
  }

  void write(byte[] bytes, int offset, int length) {
    pieces.add(Arrays.copyOfRange(bytes, offset, offset + length));
    onWrite.run();
  }

  void end() {
    pieces.add(END.getBytes(UTF_8));
    onEnd.run();
  }

  void giveUp() {
    givenUp.countDown();
  }

  List<String> texts() {
    synchronized (pieces) {
      return pieces.stream().map(piece -> new String(piece, UTF_8)).toList();
    }
  }
}
