package dev.sandpiper.blaxel.account;

import org.jspecify.annotations.Nullable;

/** The account's credentials. {@code toString} never reveals them. */
public sealed interface Credentials {

  /** A key that is sent unchanged. */
  record ApiKey(String key) implements Credentials {
    @Override
    public String toString() {
      return "ApiKey";
    }
  }

  /**
   * A service account, for which tokens are requested.
   *
   * @param encoded its id, a colon and its secret, in base64
   */
  record ClientCredentials(String encoded) implements Credentials {
    @Override
    public String toString() {
      return "ClientCredentials";
    }
  }

  /** The login stored by Blaxel's command line tool. */
  record Login(
      @Nullable String accessToken, @Nullable String refreshToken, @Nullable String deviceCode)
      implements Credentials {
    @Override
    public String toString() {
      return "Login";
    }
  }
}
