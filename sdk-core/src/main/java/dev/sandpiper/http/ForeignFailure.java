package dev.sandpiper.http;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What parts of a caller's OkHttp client throw that is no {@code IOException}: interceptors, event
 * listeners, a DNS, a socket factory. Where a call can fail it is that call's error, see {@link
 * CallErrors#foreign}; while something is freed it is logged. An error of the JVM itself is passed
 * on.
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
