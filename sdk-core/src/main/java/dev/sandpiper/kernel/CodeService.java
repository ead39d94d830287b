package dev.sandpiper.kernel;

import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;

/**
 * The service in front of the kernels of one sandbox, and what its platform does differently from
 * the other's.
 */
public interface CodeService {

  /** Its requests. */
  enum Verb {
    RUN,
    CREATE_CONTEXT,
    LIST_CONTEXTS,
    RESTART_CONTEXT,
    DELETE_CONTEXT
  }

  String sandboxId();

  HttpTransport transport();

  /**
   * A request with all its headers.
   *
   * @param subject what errors say it is about
   * @param values the parts of the route in braces
   */
  HttpRequest request(Verb verb, String subject, String... values);

  /** The error in an unsuccessful response. */
  SandboxException error(HttpResponse response, What missing);

  /** True if a run that is silent is heard of within the idle limit, once it has begun. */
  boolean sendsKeepAlives();

  /** What becomes of code whose connection is closed before its end, for messages. */
  String afterDisconnect();
}
