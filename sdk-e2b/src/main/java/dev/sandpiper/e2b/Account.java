package dev.sandpiper.e2b;

import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.HttpTransport;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the sandboxes of one client share.
 *
 * @param api the control plane, which alone sees the account's key
 * @param dataPlane the way to sandboxes, without any credentials yet
 * @param codec what to speak first with each sandbox
 * @param reattachLimit how long a process's lost connection is tried again; zero for not at all
 * @param open ids of the sandboxes that were created here and not yet closed
 */
record Account(
    ControlPlane api,
    HttpTransport dataPlane,
    SandboxAddresses addresses,
    Threads threads,
    String userAgent,
    Codec codec,
    Duration reattachLimit,
    Set<String> open) {

  Account(
      ControlPlane api,
      HttpTransport dataPlane,
      SandboxAddresses addresses,
      Threads threads,
      String userAgent,
      Codec codec,
      Duration reattachLimit) {
    this(
        api,
        dataPlane,
        addresses,
        threads,
        userAgent,
        codec,
        reattachLimit,
        ConcurrentHashMap.newKeySet());
  }

  boolean isDebug() {
    return addresses.debug();
  }
}
