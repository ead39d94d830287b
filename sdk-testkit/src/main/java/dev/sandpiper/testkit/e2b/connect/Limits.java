package dev.sandpiper.testkit.e2b.connect;

/** Limits on the size of a client's message in memory. */
public final class Limits {
  public static final int MESSAGE_BYTES = 64 * 1024 * 1024;

  private Limits() {}

  public static RpcException tooLong(long bytes) {
    return new RpcException(
        ConnectCode.RESOURCE_EXHAUSTED,
        "message size " + bytes + " is larger than configured max " + MESSAGE_BYTES);
  }
}
