package dev.sandpiper.wire;

/** A message is longer than its limit. The rest of it was not read. */
public final class MessageTooLongException extends MalformedStreamException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what the message and its length, such as "an envelope of 70 bytes"
   */
  public MessageTooLongException(String what, int bound) {
    super(what + " exceeds the limit of " + bound + " bytes");
  }
}
