package dev.sandpiper.testkit.e2b;

/** How much of a client's message is taken into memory. */
final class Limits {
  static final int MESSAGE_BYTES = 64 * 1024 * 1024;

  private Limits() {}

  static RpcException tooLong(long bytes) {
    return new RpcException(
        ConnectCode.RESOURCE_EXHAUSTED,
        "message size " + bytes + " is larger than configured max " + MESSAGE_BYTES);
  }
}
