package dev.sandpiper.http;

import dev.sandpiper.HttpVersion;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/**
 * One OkHttp client for each way to speak HTTP, over one pool of connections. OkHttp takes prior
 * knowledge of HTTP/2 alone or not at all, so it cannot be one client.
 */
final class OkHttpClients {
  private final Protocols protocols;
  private final OkHttpClient onlyHttp1;
  private final OkHttpClient agreedWithTls;
  private final OkHttpClient priorKnowledge;

  /**
   * @param base configured but for its protocols
   * @param turns where requests that may share a connection take turns
   */
  OkHttpClients(OkHttpClient base, Protocols protocols, ConnectTurns turns) {
    this.protocols = protocols;
    this.onlyHttp1 = base.newBuilder().protocols(List.of(Protocol.HTTP_1_1)).build();
    OkHttpClient shared = base.newBuilder().addInterceptor(turns).build();
    this.agreedWithTls =
        shared.newBuilder().protocols(List.of(Protocol.HTTP_2, Protocol.HTTP_1_1)).build();
    this.priorKnowledge =
        shared.newBuilder().protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)).build();
  }

  OkHttpClient clientFor(HttpRequest request) {
    HttpVersion version = protocols.of(request);
    if (version == HttpVersion.HTTP_1_1) {
      return onlyHttp1;
    }
    if (request.url().isHttps()) {
      return agreedWithTls;
    }
    return version == HttpVersion.HTTP_2 ? priorKnowledge : onlyHttp1;
  }
}
