package dev.sandpiper.testkit.e2b.envd;

import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.Secrets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * The permission to read or write one file, as a parameter of its URL: a hash of the path, the
 * operation, the user, the sandbox's token and the time of expiry, each as it is in the URL.
 */
public final class Signature {
  private static final List<String> OPERATIONS = List.of("read", "write");

  private Signature() {}

  /**
   * @throws Refusal if the sandbox has a token, and the request has neither that nor a signature
   *     made with it
   */
  static void check(Exchange exchange, LocalSandbox sandbox, Query query, String operation) {
    String token = sandbox.accessToken();
    if (token == null) return;
    String header = exchange.header("X-Access-Token");
    if (header != null) {
      if (Secrets.matches(token, header)) return;
      throw new Refusal(401, "access token present in header but does not match");
    }
    String signature = query.get("signature");
    if (signature == null) throw new Refusal(401, "missing signature query parameter");
    if (!isMadeWith(token, query, operation, signature)) {
      throw new Refusal(401, "invalid signature");
    }
    String expiration = query.get("signature_expiration");
    if (expiration != null && Long.parseLong(expiration) < Instant.now().getEpochSecond()) {
      throw new Refusal(401, "signature is already expired");
    }
  }

  /**
   * Whether a URL was signed with the sandbox's token, for any operation and even if it has
   * expired.
   */
  public static boolean names(LocalSandbox sandbox, Query query) {
    String token = sandbox.accessToken();
    String signature = query.get("signature");
    return token != null
        && signature != null
        && OPERATIONS.stream().anyMatch(one -> isMadeWith(token, query, one, signature));
  }

  private static boolean isMadeWith(String token, Query query, String operation, String signature) {
    return Secrets.matches(expected(query, operation, token), signature);
  }

  private static String expected(Query query, String operation, String token) {
    String expiration = query.get("signature_expiration");
    String signed =
        String.join(":", text(query, "path"), operation, text(query, "username"), token)
            + (expiration == null ? "" : ":" + expiration);
    return "v1_" + Base64.getEncoder().withoutPadding().encodeToString(Secrets.sha256(signed));
  }

  private static String text(Query query, String name) {
    String value = query.get(name);
    return value == null ? "" : value;
  }
}
