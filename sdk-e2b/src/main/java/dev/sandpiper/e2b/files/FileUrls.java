package dev.sandpiper.e2b.files;

import dev.sandpiper.Endpoint;
import dev.sandpiper.e2b.E2bFileUrl;
import dev.sandpiper.e2b.E2bUrlOptions;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.envd.SandboxAccess;
import dev.sandpiper.files.SandboxFiles;
import dev.sandpiper.http.Routes;
import dev.sandpiper.http.Time;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import okhttp3.HttpUrl;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Signed URLs that allow reading or writing one file.
 *
 * @param envd the public endpoint of the sandbox's daemon
 */
public record FileUrls(SandboxAccess access, Endpoint envd, Time time) {

  public E2bFileUrl download(String path, E2bUrlOptions options) {
    return url("read", path, options);
  }

  public E2bFileUrl upload(String path, E2bUrlOptions options) {
    return url("write", path, options);
  }

  private E2bFileUrl url(String operation, String path, E2bUrlOptions options) {
    String token = access.accessToken();
    if (token == null && options.lifetime().isPresent()) {
      throw SandboxFiles.refused(
          "sign a URL",
          path,
          "the sandbox has no access token: anyone can use the URL, without an expiration");
    }
    String user = options.user().orElse(defaultUser());
    Instant now = time.now().truncatedTo(ChronoUnit.SECONDS);
    Optional<Instant> expires =
        options.lifetime().map(lifetime -> now.plusSeconds(lifetime.toSeconds()));
    HttpUrl.Builder url =
        Routes.under(HttpUrl.get(envd.uri().toString()), "files")
            .newBuilder()
            .addQueryParameter("path", path);
    if (!user.isEmpty()) {
      url.addQueryParameter("username", user);
    }
    if (token != null) {
      Long expiration = expires.map(Instant::getEpochSecond).orElse(null);
      String signature = signature(path, operation, user, token, expiration);
      url.addEncodedQueryParameter("signature", signature.replace("+", "%2B").replace("/", "%2F"));
      expires.ifPresent(
          end ->
              url.addQueryParameter("signature_expiration", Long.toString(end.getEpochSecond())));
    }
    return new E2bFileUrl(URI.create(url.build().toString()), envd.headers(), expires);
  }

  /** Empty for the daemon's default, which exists since 0.4.0. */
  private String defaultUser() {
    return access.envdVersion().isBefore(EnvdVersion.DEFAULT_USER) ? "user" : "";
  }

  /**
   * The signature of one request, over the parameters as written in the URL.
   *
   * @param operation {@code read} or {@code write}
   * @param user empty if there is no such parameter
   * @param expiration seconds since 1970; null if there is no such parameter
   */
  public static String signature(
      String path, String operation, String user, String token, @Nullable Long expiration) {
    String signed =
        String.join(":", path, operation, user, token)
            + (expiration == null ? "" : ":" + expiration);
    String hash = ByteString.encodeUtf8(signed).sha256().base64();
    return "v1_" + hash.substring(0, hash.indexOf('='));
  }
}
