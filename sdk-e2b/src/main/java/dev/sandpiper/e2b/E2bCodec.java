package dev.sandpiper.e2b;

/**
 * The encoding of messages between this client and a sandbox's daemon, which supports both. Callers
 * see no difference.
 */
public enum E2bCodec {
  /**
   * Binary protobuf: output is sent as raw bytes. The right choice, unless a proxy between client
   * and sandbox lets only JSON pass. For a sandbox that rejects it, the client switches to JSON.
   */
  BINARY,

  /**
   * JSON, as used by E2B's own SDKs: output is sent in base64, a third longer. For proxies that
   * inspect the traffic, and for debugging.
   */
  JSON
}
