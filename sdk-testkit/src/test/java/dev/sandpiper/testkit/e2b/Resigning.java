package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.machine.Secrets;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recorded signatures, made anew for another path and another token: those that can be explained,
 * for whatever they were made. The forged ones stay.
 */
record Resigning(String recordedToken, String actualToken, String recordedHome, String actualHome) {
  String translate(String target) {
    int question = target.indexOf('?');
    if (!target.contains("signature=")) return target;
    Query query = Query.parse(target.substring(question + 1));
    String signature = text(query.get("signature"));
    for (String operation : List.of("read", "write")) {
      for (String user : List.of("", text(query.get("username")))) {
        String expiration = query.get("signature_expiration");
        String path = text(query.get("path"));
        if (!signature.equals(sign(path, operation, user, recordedToken, expiration))) continue;
        String actual = path.replace(recordedHome, actualHome);
        return target.replaceAll(
            "signature=[^&]*",
            "signature=" + encode(sign(actual, operation, user, actualToken, expiration)));
      }
    }
    return target;
  }

  private static String sign(
      String path, String operation, String user, String token, @Nullable String expiration) {
    String signed = String.join(":", path, operation, user, token);
    if (expiration != null) signed += ":" + expiration;
    return "v1_" + Base64.getEncoder().withoutPadding().encodeToString(Secrets.sha256(signed));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }
}
