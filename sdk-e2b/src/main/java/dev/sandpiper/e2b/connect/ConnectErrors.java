package dev.sandpiper.e2b.connect;

import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.wire.ConnectEnd;
import dev.sandpiper.wire.ConnectError;

/**
 * Maps the errors of a service to exceptions. The protocol defines the error codes; their meaning
 * for a service, and that of a bare HTTP status, is defined here.
 */
public interface ConnectErrors {

  /** The exception for an error response, whose body has been read. The response is still open. */
  SandboxException of(ConnectFailure failure);

  /**
   * The exception for an error with which the server ended a stream.
   *
   * @param end the end-of-stream message with the error and the trailers
   * @param said a failure of this stream, to which the message is added
   */
  SandboxException ofEnd(ConnectError error, ConnectEnd end, Failure said);
}
