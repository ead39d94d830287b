package dev.sandpiper.benchmarks.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** The body of a streamed response in chunks, each with one message. */
final class Stream {
  /** About as many bytes as one write has, so that the server costs little. */
  private static final int BATCH = 128 * 1024;

  private static final int FIRST_PRINTABLE = '#'; // behind the quotation mark, which JSON escapes
  private static final int PRINTABLE = '[' - FIRST_PRINTABLE; // up to the backslash

  private final String contentType;
  private final byte[] begin;
  private final UnaryOperator<byte[]> message;
  private final byte[] end;

  /**
   * @param message makes the chunk that carries an output
   */
  Stream(String contentType, byte[] begin, UnaryOperator<byte[]> message, byte[] end) {
    this.contentType = contentType;
    this.begin = begin.clone();
    this.message = message;
    this.end = end.clone();
  }

  String contentType() {
    return contentType;
  }

  /** Writes {@code count} messages whose output has {@code size} bytes each. */
  void write(OutputStream out, int size, int count) throws IOException {
    out.write(begin);
    byte[] one = message.apply(line(size));
    int atOnce = Math.max(1, BATCH / one.length);
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    for (int i = 0; i < atOnce; i++) batch.writeBytes(one);
    byte[] all = batch.toByteArray();
    for (int left = count; left > 0; left -= atOnce) {
      out.write(all, 0, Math.min(left, atOnce) * one.length);
    }
    out.write(end);
  }

  /** Writes {@code count} messages that say when each was written, {@code micros} apart. */
  void tick(OutputStream out, int micros, int count) throws IOException {
    out.write(begin);
    long next = System.nanoTime();
    for (int i = 0; i < count; i++) {
      next += micros * 1_000L;
      // A sleep would be late by more than what is measured.
      while (System.nanoTime() < next) Thread.onSpinWait();
      String now = String.format(Locale.ROOT, "%020d", System.nanoTime());
      out.write(message.apply(now.getBytes(US_ASCII)));
      out.flush();
    }
    out.write(end);
  }

  /** Printable text that ends with a line feed. */
  private static byte[] line(int size) {
    byte[] line = new byte[size];
    for (int i = 0; i < size; i++) line[i] = (byte) (FIRST_PRINTABLE + i % PRINTABLE);
    line[size - 1] = '\n';
    return line;
  }
}
