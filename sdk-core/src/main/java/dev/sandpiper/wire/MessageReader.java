package dev.sandpiper.wire;

import java.io.IOException;
import okio.BufferedSource;

/** Reads one message whose length is known, where it stands. */
@FunctionalInterface
public interface MessageReader<T> {

  /**
   * Blocks for the message and takes exactly {@code length} bytes from {@code source}.
   *
   * @param length at most what the stream's reader accepts
   * @throws java.io.EOFException if the body ends first
   * @throws MalformedStreamException if it is not such a message; how much was taken is not known
   *     then
   */
  T read(BufferedSource source, long length) throws IOException;
}
