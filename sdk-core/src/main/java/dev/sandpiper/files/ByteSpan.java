package dev.sandpiper.files;

import dev.sandpiper.ReadOptions;

/**
 * A requested range of a file.
 *
 * @param last the offset of the last byte; {@link Long#MAX_VALUE} for the end of the file
 */
record ByteSpan(long first, long last) {

  static ByteSpan of(ReadOptions options) {
    long first = options.offset();
    long length = options.length().orElse(Long.MAX_VALUE);
    return new ByteSpan(
        first, length >= Long.MAX_VALUE - first ? Long.MAX_VALUE : first + length - 1);
  }

  boolean isWhole() {
    return first == 0 && last == Long.MAX_VALUE;
  }

  /** The beginning of this range, at most this many bytes. */
  ByteSpan start(int bytes) {
    return last - first < bytes ? this : new ByteSpan(first, first + bytes - 1);
  }

  /** The end offset, exclusive, in a file of this size. */
  long endIn(long size) {
    return last < size ? last + 1 : size;
  }

  long length() {
    return last - first + 1;
  }

  /** The value of the {@code Range} header. */
  String header() {
    return "bytes=" + first + "-" + (last == Long.MAX_VALUE ? "" : Long.toString(last));
  }

  @Override
  public String toString() {
    return first + "-" + (last == Long.MAX_VALUE ? "" : Long.toString(last));
  }
}
