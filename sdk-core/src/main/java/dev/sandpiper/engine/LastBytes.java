package dev.sandpiper.engine;

/** The last of all bytes that are added, never more than a limit: a ring that grows up to that. */
final class LastBytes {
  private static final int LEAST = 1 << 10;

  private final int limit;
  private byte[] ring = {};
  private int begin; // in the ring, of the oldest byte
  private int size;
  private boolean dropped;

  LastBytes(int limit) {
    this.limit = limit;
  }

  void add(byte[] bytes, int offset, int length) {
    int surplus = Math.max(0, length - limit); // what would be dropped at once is not copied
    makeRoom(length - surplus);
    int excess = Math.max(0, size + length - surplus - ring.length);
    begin = excess == 0 ? begin : (begin + excess) % ring.length;
    size -= excess;
    dropped |= surplus + excess > 0;
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

  /** Begins anew. */
  void clear() {
    begin = 0;
    size = 0;
  }

  /** True if something had to go for what came later. */
  boolean hasDropped() {
    return dropped;
  }

  byte[] toByteArray() {
    byte[] all = new byte[size];
    int atOnce = Math.min(size, ring.length - begin);
    System.arraycopy(ring, begin, all, 0, atOnce);
    System.arraycopy(ring, 0, all, atOnce, size - atOnce);
    return all;
  }
}
