package dev.sandpiper.examples;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the examples run: at E2B or at Blaxel if the key is in the environment, else on this
 * machine, without an account.
 */
final class Platform implements AutoCloseable {
  private static final String LOCAL = "in a local sandbox, without isolation, because ";

  private final String description;
  private final SandboxClient client;
  private final Map<String, String> environment;
  private final @Nullable LocalSandboxes local;

  private Platform(
      String description,
      SandboxClient client,
      Map<String, String> environment,
      @Nullable LocalSandboxes local) {
    this.description = description;
    this.client = client;
    this.environment = environment;
    this.local = local;
  }

  /** E2B, there or here: for what not every platform has. */
  static Platform fromEnvironment() {
    return e2b(System.getenv());
  }

  /**
   * Any platform that there is a key for. The argument {@code blaxel} asks for Blaxel on this
   * machine.
   */
  static Platform choose(List<String> arguments, Map<String, String> environment) {
    List<String> given = arguments.stream().filter(text -> !text.isBlank()).toList();
    if (given.equals(List.of("blaxel"))) {
      return localBlaxel();
    }
    if (!given.isEmpty()) {
      throw new IllegalArgumentException("the only argument is 'blaxel', not " + given);
    }
    boolean blaxel = isSet(environment, "BL_API_KEY") && isSet(environment, "BL_WORKSPACE");
    return blaxel && !isSet(environment, "E2B_API_KEY") ? blaxel(environment) : e2b(environment);
  }

  /** Blaxel, there or here: for what only it has. */
  static Platform blaxel(Map<String, String> environment) {
    if (!isSet(environment, "BL_API_KEY") || !isSet(environment, "BL_WORKSPACE")) {
      return localBlaxel();
    }
    BlaxelClient client = BlaxelClient.builder().environment(environment).build();
    return new Platform("at Blaxel, with your key", client, environment, null);
  }

  private static boolean isSet(Map<String, String> environment, String name) {
    return !environment.getOrDefault(name, "").isEmpty();
  }

  private static Platform e2b(Map<String, String> environment) {
    if (isSet(environment, "E2B_API_KEY")) {
      E2bClient client = E2bClient.builder().environment(environment).build();
      return new Platform("at E2B, with your key", client, environment, null);
    }
    LocalSandboxes local = LocalSandboxes.start();
    return new Platform(
        LOCAL + "E2B_API_KEY is not set", local.e2bClient(), local.e2bEnvironment(), local);
  }

  private static Platform localBlaxel() {
    LocalSandboxes local = LocalSandboxes.start();
    return new Platform(
        LOCAL + "Blaxel was asked for here",
        local.blaxelClient(),
        local.blaxelEnvironment(),
        local);
  }

  String description() {
    return description;
  }

  SandboxClient client() {
    return client;
  }

  /**
   * The same client, for what only E2B has.
   *
   * @throws IllegalStateException if it is not one of E2B
   */
  E2bClient e2b() {
    if (client instanceof E2bClient e2b) {
      return e2b;
    }
    throw new IllegalStateException("this example needs E2B, and runs " + description);
  }

  /**
   * The same client, for what only Blaxel has.
   *
   * @throws IllegalStateException if it is not one of Blaxel
   */
  BlaxelClient blaxel() {
    if (client instanceof BlaxelClient blaxel) {
      return blaxel;
    }
    throw new IllegalStateException("this example needs Blaxel, and runs " + description);
  }

  /** True if sandboxes are on this machine. */
  boolean isLocal() {
    return local != null;
  }

  /** The variables by which another JVM finds the same sandboxes. */
  Map<String, String> environment() {
    return environment;
  }

  @Override
  public void close() {
    client.close();
    if (local != null) {
      local.close();
    }
  }
}
