package dev.sandpiper.http;

/** A call that no platform has. */
record TestCall(Rule rule) implements ApiCall {

  static TestCall of(String verb, String method, Repetition repetition) {
    return new TestCall(new Rule(verb, method + " /", repetition, ""));
  }

  /** The same request by another rule: sending it twice does no harm. */
  static HttpRequest harmless(HttpRequest request) {
    return by(Repetition.IF_LOST, request);
  }

  /** The same request by another rule: passing refusals are outlasted too. */
  static HttpRequest patient(HttpRequest request) {
    return by(Repetition.IF_LOST_OR_REFUSED, request);
  }

  private static HttpRequest by(Repetition repetition, HttpRequest request) {
    return new HttpRequest(
        of(request.operation(), request.method(), repetition),
        request.operation(),
        request.subject(),
        request.url(),
        request.headers(),
        request.body(),
        request.terms());
  }
}
