package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.e2b.envd.SandboxAccess;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.SentText;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/**
 * The network rules of a sandbox, outgoing and incoming. Immutable; each method returns a changed
 * copy. Options that are not set are left to the platform. Allowing an address takes precedence
 * over denying it.
 */
public final class E2bNetwork {
  /** Every address, for {@link #denyOut}. */
  public static final String ALL_TRAFFIC = "0.0.0.0/0";

  private static final E2bNetwork STANDARD = new E2bNetwork(Json.object());
  private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
  private static final Pattern DOMAIN =
      Pattern.compile("(\\*\\.)?[\\p{L}\\p{N}_-]+(\\.[\\p{L}\\p{N}_-]+)*\\.?|\\*");
  private static final int MOST_SERVERS = 10;
  private static final int MOST_RULES = 10;
  private static final int MOST_HEADERS = 20;
  private static final int LONGEST_DOMAIN = 128;
  private static final int LONGEST_HEADER_NAME = 64;
  private static final int LONGEST_HEADER_VALUE = 2048;

  /** In the platform's format; never modified once it is assigned. */
  private final ObjectNode json;

  private E2bNetwork(ObjectNode json) {
    this.json = json;
  }

  /** The platform's own defaults. */
  public static E2bNetwork standard() {
    return STANDARD;
  }

  /**
   * Also allows these destinations: IP addresses, CIDR blocks, domains, domains with {@code *.} in
   * front. Domains only have an effect if {@link #denyOut} includes {@link #ALL_TRAFFIC}, which is
   * checked when creating and updating.
   *
   * @throws IllegalArgumentException if one is anything else
   */
  public E2bNetwork allowOut(String... destinations) {
    for (String destination : destinations) {
      if (!isAddress(destination) && !DOMAIN.matcher(destination).matches()) {
        throw new IllegalArgumentException(
            "only IP addresses, CIDR blocks and domains can be allowed, not '" + destination + "'");
      }
    }
    return with("allowOut", List.of(destinations));
  }

  /**
   * Also denies these destinations.
   *
   * @throws IllegalArgumentException if one is not an IP address or a CIDR block
   */
  public E2bNetwork denyOut(String... addresses) {
    for (String address : addresses) {
      if (!isAddress(address)) {
        throw new IllegalArgumentException(
            "only IP addresses and CIDR blocks can be denied, not '" + address + "'");
      }
    }
    return with("denyOut", List.of(addresses));
  }

  /**
   * Adds headers to the sandbox's HTTPS requests to a domain; the commands in it never see them.
   * This does not allow the domain. The most specific name decides; header sets are not merged.
   *
   * @param domain such as {@code api.example.com}, or {@code *.example.com} for all below it
   * @throws IllegalArgumentException if there are more than ten domains, more than 20 headers, or
   *     one of them is too long
   */
  public E2bNetwork rule(String domain, Map<String, String> headers) {
    requireRule(domain, headers);
    ObjectNode changed = json.deepCopy();
    ObjectNode sent =
        changed
            .withObject("/rules")
            .putArray(domain.toLowerCase(Locale.ROOT))
            .addObject()
            .putObject("transform")
            .putObject("headers");
    headers.forEach(sent::put);
    requireAtMost("domains with rules", changed.path("rules").size(), MOST_RULES);
    return new E2bNetwork(changed);
  }

  private static void requireRule(String domain, Map<String, String> headers) {
    if (SentText.require("a rule's domain", domain).isBlank() || domain.equals("*")) {
      throw new IllegalArgumentException("a rule needs a domain, such as *.example.com");
    }
    requireAtMost("characters in a domain", domain.length(), LONGEST_DOMAIN);
    requireAtMost("headers in a rule", headers.size(), MOST_HEADERS);
    headers.forEach(
        (name, value) -> {
          SentText.require("a header's name", name);
          SentText.require("header " + name, value);
          if (value.chars().anyMatch(c -> c < ' ' && c != '\t')) {
            throw new IllegalArgumentException("header " + name + " has a control character");
          }
          requireAtMost("characters in a header's name", name.length(), LONGEST_HEADER_NAME);
          requireAtMost("characters in header " + name, value.length(), LONGEST_HEADER_VALUE);
        });
  }

  /**
   * The name servers that the sandbox may query if domains are allowed. Without arguments: no name
   * server at all.
   *
   * @throws IllegalArgumentException if one is not an IPv4 address, or there are more than ten
   */
  public E2bNetwork dnsServers(String... addresses) {
    requireAtMost("name servers", addresses.length, MOST_SERVERS);
    for (String address : addresses) {
      if (!IPV4.matcher(address).matches()) {
        throw new IllegalArgumentException(
            "a name server is an IPv4 address, not '" + address + "'");
      }
    }
    ObjectNode changed = json.deepCopy();
    ArrayNode servers = changed.putArray("dnsServers");
    List.of(addresses).forEach(servers::add);
    return new E2bNetwork(changed);
  }

  /**
   * Ports of the sandbox that use TLS themselves; their certificates are not verified. Only for
   * creating a sandbox.
   */
  public E2bNetwork httpsPorts(int... ports) {
    ObjectNode changed = json.deepCopy();
    ArrayNode array = changed.withArray("/httpsPorts");
    for (int port : ports) {
      if (port < 1 || port > 65_535 || port == SandboxAccess.ENVD_PORT) {
        throw new IllegalArgumentException(
            "port must be 1 to 65535 and not " + SandboxAccess.ENVD_PORT + ": " + port);
      }
      array.add(port);
    }
    return new E2bNetwork(changed);
  }

  /**
   * Whether anyone who knows its host name may reach the sandbox's ports. Otherwise requests need
   * the headers of {@link E2bSandbox#endpoint}. Only for creating a sandbox.
   */
  public E2bNetwork publicTraffic(boolean allowed) {
    return new E2bNetwork(json.deepCopy().put("allowPublicTraffic", allowed));
  }

  /**
   * The host that servers in the sandbox see in requests; <code>${PORT}</code> in it is replaced by
   * the port. Only for creating a sandbox.
   */
  public E2bNetwork maskRequestHost(String host) {
    String checked = SentText.require("the masked host", host);
    return new E2bNetwork(json.deepCopy().put("maskRequestHost", checked));
  }

  /** The proxy for the sandbox's outgoing connections. */
  public E2bNetwork egressProxy(E2bEgressProxy proxy) {
    ObjectNode changed = json.deepCopy();
    changed.set("egressProxy", proxy.json());
    return new E2bNetwork(changed);
  }

  private E2bNetwork with(String list, Collection<String> more) {
    ObjectNode changed = json.deepCopy();
    ArrayNode array = changed.withArray("/" + list);
    more.forEach(each -> array.add(SentText.require(list, each)));
    return new E2bNetwork(changed);
  }

  /** The JSON for a new sandbox. */
  ObjectNode json() {
    for (var allowed : json.path("allowOut")) {
      if (!isAddress(allowed.asText()) && !deniesAll()) {
        throw new IllegalArgumentException(
            "allowOut has the domain '"
                + allowed.asText()
                + "', which has an effect only with denyOut(E2bNetwork.ALL_TRAFFIC)");
      }
    }
    return json.deepCopy();
  }

  /** The JSON for a running sandbox. */
  ObjectNode update() {
    for (String fixed : List.of("httpsPorts", "allowPublicTraffic", "maskRequestHost")) {
      if (json.has(fixed)) {
        throw new IllegalArgumentException(
            fixed + " is fixed when a sandbox is created, and cannot be updated");
      }
    }
    return json();
  }

  private boolean deniesAll() {
    for (var denied : json.path("denyOut")) {
      if (denied.asText().equals(ALL_TRAFFIC)) {
        return true;
      }
    }
    return false;
  }

  /** An address, or a CIDR block. */
  private static boolean isAddress(String text) {
    String[] parts = text.split("/", -1);
    boolean isIpv4 = IPV4.matcher(parts[0]).matches();
    boolean isPrefix = parts.length == 1 || isUpTo(isIpv4 ? 32 : 128, parts[1]);
    return parts.length <= 2 && isPrefix && (isIpv4 || isIpv6(parts[0]));
  }

  private static boolean isUpTo(int most, String number) {
    return number.matches("\\d{1,3}") && Integer.parseInt(number) <= most;
  }

  private static boolean isIpv6(String text) {
    return IPV6.matcher(text).matches() && HttpUrl.parse("http://[" + text + "]/") != null;
  }

  private static void requireAtMost(String what, int count, int most) {
    if (count > most) {
      throw new IllegalArgumentException(count + " " + what + "; at most " + most + " are allowed");
    }
  }

  /** Only which options are set, because headers and proxies contain secrets. */
  @Override
  public String toString() {
    StringBuilder names = new StringBuilder();
    json.fieldNames()
        .forEachRemaining(name -> names.append(names.isEmpty() ? "" : ", ").append(name));
    return "E2bNetwork[" + names + "]";
  }
}
