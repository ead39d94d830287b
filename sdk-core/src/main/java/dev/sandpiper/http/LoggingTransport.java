package dev.sandpiper.http;

import dev.sandpiper.SandboxException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line at debug for each request: verb, method, host and path, status, milliseconds. No header
 * value, no query, no body.
 */
record LoggingTransport(HttpTransport next) implements HttpTransport {
  private static final Logger log = LoggerFactory.getLogger(HttpTransport.class);

  @Override
  public HttpResponse send(HttpRequest request) {
    if (!log.isDebugEnabled()) {
      return next.send(request);
    }
    long began = Time.system().nanos();
    try {
      HttpResponse response = next.send(request);
      log.debug("{} {} {} ms", request, response.status(), millisSince(began));
      return response;
    } catch (SandboxException e) {
      log.debug("{} {} {} ms", request, e.getClass().getSimpleName(), millisSince(began));
      throw e;
    }
  }

  private static long millisSince(long began) {
    return TimeUnit.NANOSECONDS.toMillis(Time.system().nanos() - began);
  }
}
