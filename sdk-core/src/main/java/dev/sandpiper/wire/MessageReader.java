package dev.sandpiper.wire;

import java.io.IOException;
import okio.BufferedSource;

/** Reads one message of known length directly from the source. */
@FunctionalInterface
public interface MessageReader<T> {

  /**
   * Blocks for the message and consumes exactly {@code length} bytes of {@code source}.
   *
   * @param length at most the stream reader's limit
   * @throws java.io.EOFException if the body ends first
   * @throws MalformedStreamException if it is not such a message; it is then undefined how many
   *     bytes were consumed
   */
  T read(BufferedSource source, long length) throws IOException;
}
