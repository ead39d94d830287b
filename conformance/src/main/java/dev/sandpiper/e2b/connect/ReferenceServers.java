package dev.sandpiper.e2b.connect;

import com.google.protobuf.ByteString;
import connectrpc.conformance.v1.ClientCompat.ClientCompatRequest;
import connectrpc.conformance.v1.ConfigOuterClass.HTTPVersion;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.Protocols;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.NullMarked;

/** The way to the suite's servers: one client for each HTTP version and certificate. */
@NullMarked
final class ReferenceServers implements AutoCloseable {

  /**
   * @param certificate the only one to trust; empty for no TLS
   */
  private record Way(HTTPVersion version, ByteString certificate) {}

  private final Map<Way, ClientResources> clients = new ConcurrentHashMap<>();

  ClientResources clientFor(ClientCompatRequest request) {
    Way way = new Way(request.getHttpVersion(), request.getServerTlsCert());
    return clients.computeIfAbsent(way, ReferenceServers::open);
  }

  static HttpUrl url(ClientCompatRequest request) {
    return new HttpUrl.Builder()
        .scheme(request.getServerTlsCert().isEmpty() ? "http" : "https")
        .host(request.getHost())
        .port(request.getPort())
        .build();
  }

  private static ClientResources open(Way way) {
    OkHttpClient.Builder okHttp = new OkHttpClient.Builder();
    if (!way.certificate().isEmpty()) {
      trustOnly(way.certificate(), okHttp);
    }
    return new ClientResources(
        okHttp.build(), null, Limits.standard(), Protocols.all(version(way)));
  }

  /** Without TLS there is nothing to agree by, so HTTP/2 is known before. */
  private static HttpVersion version(Way way) {
    return switch (way.version()) {
      case HTTP_VERSION_1 -> HttpVersion.HTTP_1_1;
      case HTTP_VERSION_2 -> HttpVersion.HTTP_2;
      default -> throw new IllegalArgumentException("not declared: " + way.version());
    };
  }

  private static void trustOnly(ByteString pem, OkHttpClient.Builder okHttp) {
    try {
      Certificate certificate =
          CertificateFactory.getInstance("X.509").generateCertificate(pem.newInput());
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry("server", certificate);
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      X509TrustManager trust = (X509TrustManager) factory.getTrustManagers()[0];
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(null, new TrustManager[] {trust}, null);
      okHttp.sslSocketFactory(tls.getSocketFactory(), trust);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("a certificate that cannot be used", e);
    }
  }

  @Override
  public void close() {
    clients.values().forEach(ClientResources::close);
  }
}
