package dev.sandpiper;

/** Which version of HTTP a client speaks. */
public enum HttpVersion {

  /**
   * HTTP/2 where TLS negotiates it, otherwise HTTP/1.1; always HTTP/1.1 on {@code http} URLs. The
   * default.
   */
  AUTOMATIC,

  /** HTTP/1.1, whatever the server offers. Each open stream has a connection of its own. */
  HTTP_1_1,

  /**
   * As {@link #AUTOMATIC}, and HTTP/2 on {@code http} URLs too, without asking first: for servers
   * that are known to speak it ("prior knowledge"). Other servers cannot read such requests.
   */
  HTTP_2
}
