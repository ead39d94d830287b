package dev.sandpiper.testkit.retries;

import dev.sandpiper.http.ApiCall;
import java.util.Arrays;
import java.util.List;

/** The enums of the requests that each provider sends, which only they themselves see. */
enum Calls {
  E2B("dev.sandpiper.e2b.envd.E2bCall"),
  BLAXEL("dev.sandpiper.blaxel.server.BlaxelCall"),
  SESSIONS("dev.sandpiper.e2b.sessions.SessionCall");

  private final String type;

  Calls(String type) {
    this.type = type;
  }

  /** Before its table. */
  String marker() {
    return "<!-- " + type.substring(type.lastIndexOf('.') + 1) + " -->\n";
  }

  List<ApiCall> all() {
    try {
      return Arrays.stream(Class.forName(type).getEnumConstants())
          .map(ApiCall.class::cast)
          .toList();
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
