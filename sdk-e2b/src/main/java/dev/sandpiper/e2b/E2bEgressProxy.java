package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.SentText;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A SOCKS5 proxy for a sandbox's outgoing TCP connections; if it does not respond, they fail.
 * Immutable. The password is never shown, and never returned by the platform.
 */
public final class E2bEgressProxy {
  private static final Pattern ADDRESS = Pattern.compile("[^\\s/@]+:\\d{1,5}");
  private static final int LONGEST_CREDENTIAL = 255;
  private static final int LONGEST_NAME = 253;
  private static final int LONGEST_CERTIFICATE = 8192;

  private final String address;
  private final @Nullable String username;
  private final @Nullable String password;
  private final @Nullable ObjectNode tls;

  private E2bEgressProxy(
      String address,
      @Nullable String username,
      @Nullable String password,
      @Nullable ObjectNode tls) {
    this.address = address;
    this.username = username;
    this.password = password;
    this.tls = tls;
  }

  /**
   * The proxy at this host and port.
   *
   * @throws IllegalArgumentException if it is not {@code host:port}
   */
  public static E2bEgressProxy at(String address) {
    if (!ADDRESS.matcher(SentText.require("the proxy's address", address)).matches()) {
      throw new IllegalArgumentException(
          "the proxy's address must be host:port, such as proxy.example.com:1080");
    }
    return new E2bEgressProxy(address, null, null, null);
  }

  /**
   * Sets the credentials.
   *
   * @throws IllegalArgumentException if one is longer than 255 characters
   */
  public E2bEgressProxy credentials(String username, String password) {
    return new E2bEgressProxy(
        address,
        bounded("the proxy's user name", username, LONGEST_CREDENTIAL),
        bounded("the proxy's password", password, LONGEST_CREDENTIAL),
        tls);
  }

  /**
   * Connects to it over TLS, with the address's host name and the public certificate authorities.
   */
  public E2bEgressProxy tls() {
    return new E2bEgressProxy(address, username, password, Json.object().put("enabled", true));
  }

  /**
   * Over TLS.
   *
   * @param serverName the name that its certificate must have
   * @param caCertificate the certificate of the authority that signed it, as PEM
   * @throws IllegalArgumentException if the name is longer than 253 characters, or the certificate
   *     than 8192 bytes
   */
  public E2bEgressProxy tls(String serverName, String caCertificate) {
    ObjectNode options =
        Json.object()
            .put("enabled", true)
            .put("serverName", bounded("the proxy's server name", serverName, LONGEST_NAME))
            .put("caCert", bounded("the proxy's certificate", caCertificate, LONGEST_CERTIFICATE));
    return new E2bEgressProxy(address, username, password, options);
  }

  private static String bounded(String what, String text, int longest) {
    if (SentText.require(what, text).length() > longest) {
      throw new IllegalArgumentException(
          what + " has " + text.length() + " characters; at most " + longest + " are allowed");
    }
    return text;
  }

  ObjectNode json() {
    ObjectNode json = Json.object().put("address", address);
    if (username != null) {
      json.put("username", username).put("password", password);
    }
    if (tls != null) {
      json.set("tls", tls.deepCopy());
    }
    return json;
  }

  /** The address, without credentials. */
  @Override
  public String toString() {
    return "E2bEgressProxy[" + address + "]";
  }
}
