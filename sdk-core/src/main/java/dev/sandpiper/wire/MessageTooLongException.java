package dev.sandpiper.wire;

/** A message above its bound, which was read no further. */
public final class MessageTooLongException extends MalformedStreamException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what has the length, such as "an envelope of 70 bytes"
   */
  public MessageTooLongException(String what, int bound) {
    super(what + ", above the bound of " + bound + " bytes");
  }
}
