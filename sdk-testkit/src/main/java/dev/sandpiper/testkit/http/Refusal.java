package dev.sandpiper.testkit.http;

/** A request is rejected, with the status and the message of the response. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final int status;

  public Refusal(int status, String message) {
    super(message);
    this.status = status;
  }

  public int status() {
    return status;
  }

  public String message() {
    return String.valueOf(getMessage());
  }
}
