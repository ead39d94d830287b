package dev.sandpiper.e2b.connect;

import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.wire.ConnectEnd;
import dev.sandpiper.wire.ConnectError;

/**
 * What the errors of a service are for its caller. The protocol says which error it is; what that
 * means, and whether a bare HTTP status means more than the protocol makes of it, is not its
 * business.
 */
public interface ConnectErrors {

  /** An unsuccessful response. Its body is read; its response is still open. */
  SandboxException of(ConnectFailure failure);

  /**
   * The error with which the server ended a stream.
   *
   * @param end whose error this is, with the trailers beside it
   * @param said the beginning of an error about this stream
   */
  SandboxException ofEnd(ConnectError error, ConnectEnd end, Failure said);
}
