package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.blaxel.files.RequestPath;
import dev.sandpiper.testkit.blaxel.process.StartRequest;
import dev.sandpiper.testkit.http.GoJson;

/** What clients send to the embedded Blaxel, as fuzzers feed it. */
public final class SandboxApiReaders {
  private SandboxApiReaders() {}

  /** What a client is told instead of an answer. */
  public static Class<? extends Exception> refusal() {
    return GoJson.MalformedException.class;
  }

  public static void start(byte[] input) {
    StartRequest.parse(input);
  }

  public static void path(byte[] input) {
    RequestPath.parse(new String(input, UTF_8));
  }
}
