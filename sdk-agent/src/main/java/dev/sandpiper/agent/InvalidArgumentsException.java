package dev.sandpiper.agent;

/** Arguments of a model that a tool does not accept. The message is for the model. */
final class InvalidArgumentsException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidArgumentsException(String message) {
    super(message);
  }

  InvalidArgumentsException(String message, Throwable cause) {
    super(message, cause);
  }
}
