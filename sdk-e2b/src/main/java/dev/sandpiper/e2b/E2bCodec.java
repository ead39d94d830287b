package dev.sandpiper.e2b;

/**
 * How messages travel between this client and a sandbox's daemon, which speaks both. Neither
 * changes what a caller sees.
 */
public enum E2bCodec {
  /**
   * Binary protobuf: output travels as the bytes that it is. The right choice, unless something
   * between client and sandbox lets only JSON pass. A sandbox that refuses it is spoken to in JSON
   * from then on.
   */
  BINARY,

  /**
   * JSON, as E2B's own SDKs speak: output travels in base64, a third longer. For proxies that want
   * to read what passes, and for looking at the conversation.
   */
  JSON
}
