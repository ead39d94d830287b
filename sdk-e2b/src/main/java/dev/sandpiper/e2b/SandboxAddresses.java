package dev.sandpiper.e2b;

import dev.sandpiper.Endpoint;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.envd.SandboxAccess;
import dev.sandpiper.http.Routes;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The two ways to address a sandbox: the shared host of E2B's own domains, where headers route, and
 * a host name for each port of each sandbox. A sandbox URL in the settings overrides both.
 */
record SandboxAddresses(@Nullable HttpUrl override, boolean debug) {
  private static final Set<String> SHARED =
      Set.of(
          "e2b.app",
          "e2b.dev",
          "e2b.pro",
          "e2b-staging.dev",
          "e2b-tango.dev",
          "e2b-juliett.dev",
          "foxtrot-2.e2b.dev");
  private static final String LOCAL = "localhost";
  private static final String DEBUG_ID = "debug_sandbox_id";

  static SandboxAddresses of(E2bSettings settings) {
    return new SandboxAddresses(settings.sandboxUrl(), settings.debug());
  }

  HttpUrl envd(String sandboxId, String domain) {
    return service(SandboxAccess.ENVD_PORT, sandboxId, domain);
  }

  /** The base URL of a server on a port, for requests with E2B's routing headers. */
  HttpUrl service(int port, String sandboxId, String domain) {
    if (override != null) {
      return override;
    }
    if (debug) {
      return HttpUrl.get("http://" + LOCAL + ":" + port);
    }
    return SHARED.contains(domain)
        ? host("the sandbox's host", "sandbox." + domain)
        : host(port, sandboxId, domain);
  }

  Endpoint port(int port, SandboxAccess access) {
    Routes.port(port);
    Map<String, String> headers = new LinkedHashMap<>();
    if (access.trafficToken() != null) {
      headers.put("e2b-traffic-access-token", access.trafficToken());
    }
    if (override != null) {
      headers.put("E2b-Sandbox-Id", access.sandboxId());
      headers.put("E2b-Sandbox-Port", Integer.toString(port));
      return new Endpoint(uri(override), headers);
    }
    HttpUrl url =
        debug
            ? HttpUrl.get("http://" + LOCAL + ":" + port)
            : host(port, access.sandboxId(), access.domain());
    return new Endpoint(uri(url), headers);
  }

  /** The one sandbox of debug mode: a daemon on this machine. */
  SandboxAccess debugSandbox() {
    HttpUrl url = envd(DEBUG_ID, E2bSettings.DEFAULT_DOMAIN);
    return new SandboxAccess(
        DEBUG_ID, E2bSettings.DEFAULT_DOMAIN, EnvdVersion.NEWEST, url, null, null);
  }

  /** Without a trailing slash after the host, because paths are appended to it. */
  private static URI uri(HttpUrl url) {
    String text = url.toString();
    return URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
  }

  private static HttpUrl host(int port, String sandboxId, String domain) {
    return host("the sandbox's host", port + "-" + sandboxId + "." + domain);
  }

  /**
   * The HTTPS URL of a host.
   *
   * @throws IllegalArgumentException if {@code name} is not a plain host name
   */
  static HttpUrl host(String what, String name) {
    HttpUrl url = HttpUrl.parse("https://" + name);
    if (url == null || !url.host().equals(name.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          what
              + " must be a name such as e2b.app, without a scheme, port, path or blank: '"
              + Routes.withoutSecrets(name)
              + "'");
    }
    return url;
  }
}
