package dev.sandpiper.engine;

/** Keeps the last bytes that were added, in a ring buffer that grows up to a limit. */
final class LastBytes {
  private static final int LEAST = 1 << 10;

  private final int limit;
  private byte[] ring = {};
  private int begin; // index of the oldest byte in the ring
  private int size;

  LastBytes(int limit) {
    this.limit = limit;
  }

  void add(byte[] bytes, int offset, int length) {
    int surplus = Math.max(0, length - limit); // more than the limit: its beginning is not copied
    makeRoom(length - surplus);
    int excess = Math.max(0, size + length - surplus - ring.length);
    begin = excess == 0 ? begin : (begin + excess) % ring.length;
    size -= excess;
    append(bytes, offset + surplus, length - surplus);
  }

  private void append(byte[] bytes, int offset, int length) {
    int end = length == 0 ? 0 : (begin + size) % ring.length;
    int atOnce = Math.min(length, ring.length - end);
    System.arraycopy(bytes, offset, ring, end, atOnce);
    System.arraycopy(bytes, offset + atOnce, ring, 0, length - atOnce);
    size += length;
  }

  private void makeRoom(int more) {
    long wanted = Math.min(limit, (long) size + more);
    if (wanted > ring.length) {
      byte[] all = toByteArray();
      ring = new byte[(int) Math.min(limit, Math.max(wanted, Math.max(LEAST, 2L * ring.length)))];
      System.arraycopy(all, 0, ring, 0, size);
      begin = 0;
    }
  }

  byte[] toByteArray() {
    byte[] all = new byte[size];
    int atOnce = Math.min(size, ring.length - begin);
    System.arraycopy(ring, begin, all, 0, atOnce);
    System.arraycopy(ring, 0, all, atOnce, size - atOnce);
    return all;
  }
}
