package dev.sandpiper;

/** The version of HTTP that a client uses. */
public enum HttpVersion {

  /**
   * HTTP/2 if TLS negotiates it, otherwise HTTP/1.1; always HTTP/1.1 for {@code http} URLs. The
   * default.
   */
  AUTOMATIC,

  /** HTTP/1.1, whatever the server offers. Each open stream has a connection of its own. */
  HTTP_1_1,

  /**
   * Like {@link #AUTOMATIC}, and HTTP/2 for {@code http} URLs too, without negotiation ("prior
   * knowledge"): for servers that are known to support it. Other servers cannot read such requests.
   */
  HTTP_2
}
