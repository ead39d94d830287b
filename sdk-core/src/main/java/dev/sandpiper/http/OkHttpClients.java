package dev.sandpiper.http;

import dev.sandpiper.HttpVersion;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/**
 * One OkHttp client per choice of protocols, over one connection pool. It cannot be a single
 * client, because OkHttp accepts HTTP/2 with prior knowledge only as the sole protocol.
 */
final class OkHttpClients {
  private final Protocols protocols;
  private final OkHttpClient onlyHttp1;
  private final OkHttpClient agreedWithTls;
  private final OkHttpClient priorKnowledge;

  /**
   * @param base configured except for its protocols
   * @param turns for clients whose requests may share a connection
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
