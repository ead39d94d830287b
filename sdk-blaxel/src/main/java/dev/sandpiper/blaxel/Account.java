package dev.sandpiper.blaxel;

import dev.sandpiper.blaxel.account.AuthenticatedTransport;
import dev.sandpiper.blaxel.account.BlaxelSettings;
import dev.sandpiper.blaxel.account.ControlPlane;
import dev.sandpiper.blaxel.account.Tokens;
import dev.sandpiper.blaxel.process.OutputOptions;
import dev.sandpiper.blaxel.server.Waits;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpTransport;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The state that the sandboxes of one client share.
 *
 * @param dataPlane the transport to sandboxes, with the account's token, which their gateway
 *     requires
 * @param created the sandboxes that this client created and that are not closed yet
 */
record Account(
    ControlPlane api,
    HttpTransport dataPlane,
    BlaxelSettings settings,
    Tokens tokens,
    BackgroundThreads threads,
    Waits waits,
    OutputOptions output,
    CreatedSandboxes created) {

  /**
   * Headers that give access to every port of every sandbox of the account, and to more than that.
   */
  Map<String, String> credentials() {
    return Map.of(
        AuthenticatedTransport.HEADER,
        "Bearer " + tokens.token(threads.scope()),
        "X-Blaxel-Workspace",
        settings.workspace());
  }

  /** False if there was nothing to kill. */
  boolean kill(String name) {
    return kill(name, UnaryOperator.identity());
  }

  /**
   * {@link #kill(String)}.
   *
   * @param change applied to the request before it is sent
   */
  boolean kill(String name, UnaryOperator<HttpRequest> change) {
    boolean existed = api.with(change).delete(name);
    created.remove(name);
    return existed;
  }

  @Override
  public String toString() {
    return "Account[" + settings + "]";
  }
}
