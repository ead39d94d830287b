package dev.sandpiper.blaxel.account;

import org.jspecify.annotations.Nullable;

/** By what we are known to Blaxel. The texts of all of them tell nothing. */
public sealed interface Credentials {

  /** A key that is sent as it is. */
  record ApiKey(String key) implements Credentials {
    @Override
    public String toString() {
      return "ApiKey";
    }
  }

  /**
   * A service account, for which tokens are asked.
   *
   * @param encoded its id, a colon and its secret, in base64
   */
  record ClientCredentials(String encoded) implements Credentials {
    @Override
    public String toString() {
      return "ClientCredentials";
    }
  }

  /** What the login of Blaxel's command line tool left behind. */
  record Login(
      @Nullable String accessToken, @Nullable String refreshToken, @Nullable String deviceCode)
      implements Credentials {
    @Override
    public String toString() {
      return "Login";
    }
  }
}
