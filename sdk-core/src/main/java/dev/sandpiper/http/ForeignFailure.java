package dev.sandpiper.http;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles unchecked exceptions from parts of the caller's OkHttp client: interceptors, event
 * listeners, a DNS, a socket factory. During a call they become that call's error, see {@link
 * CallErrors#foreign}; during clean-up they are logged. Errors of the JVM itself are rethrown.
 */
final class ForeignFailure {
  private static final Logger log = LoggerFactory.getLogger(HttpTransport.class);

  private ForeignFailure() {}

  static void log(String doing, Throwable failure) {
    throwIfFatal(failure);
    log.warn("a part of the HTTP client threw while {}", doing, failure);
  }

  static void throwIfFatal(Throwable failure) {
    if (failure instanceof VirtualMachineError fatal) {
      throw fatal;
    }
  }
}
