package dev.sandpiper.examples;

import dev.sandpiper.Capability;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where an example runs. The argument {@code e2b} or {@code blaxel} chooses the platform, without
 * one the keys in the environment do; without a key it is on this machine.
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

  /** For an example that runs wherever there is all this. Ends the JVM if that is not there. */
  static Platform of(String[] arguments, Capability... needed) {
    return orExit(() -> choose(List.of(arguments), System.getenv(), needed));
  }

  /** For what only E2B has. Ends the JVM if another platform is asked for. */
  static Platform ofE2b(String[] arguments) {
    return orExit(() -> only("e2b", List.of(arguments)));
  }

  /** For what only Blaxel has. Ends the JVM if another platform is asked for. */
  static Platform ofBlaxel(String[] arguments) {
    return orExit(() -> only("blaxel", List.of(arguments)));
  }

  /** A fake, where the local sandboxes do not run. */
  static Platform of(String[] arguments, Supplier<SandboxClient> fake) {
    return orExit(
        () -> {
          try {
            return choose(List.of(arguments), System.getenv());
          } catch (UnsupportedOperationException e) {
            String description = "in a fake that runs nothing, because " + e.getMessage();
            return new Platform(description, fake.get(), Map.of(), null);
          }
        });
  }

  private static Platform orExit(Supplier<Platform> chosen) {
    try {
      return chosen.get();
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      throw e;
    }
  }

  /**
   * @throws IllegalArgumentException if the platform lacks what is needed
   * @throws UnsupportedOperationException without a key, on Windows
   */
  static Platform choose(
      List<String> arguments, Map<String, String> environment, Capability... needed) {
    String asked = asked(arguments);
    boolean byKey = hasBlaxelKey(environment) && !isSet(environment, "E2B_API_KEY");
    boolean isBlaxel = asked.isEmpty() ? byKey : asked.equals("blaxel");
    Platform platform = isBlaxel ? blaxel(environment) : e2b(environment);
    for (Capability capability : needed) {
      if (!platform.client.capabilities().contains(capability)) {
        platform.close();
        throw new IllegalArgumentException(
            "This example needs " + capability + ", which Blaxel does not have: use platform e2b.");
      }
    }
    return platform;
  }

  static Platform only(String platform, List<String> arguments) {
    String asked = asked(arguments);
    if (!asked.isEmpty() && !asked.equals(platform)) {
      throw new IllegalArgumentException(
          "This example uses what only platform " + platform + " has, and not " + asked + ".");
    }
    return platform.equals("blaxel") ? blaxel(System.getenv()) : e2b(System.getenv());
  }

  private static String asked(List<String> arguments) {
    List<String> given = arguments.stream().filter(text -> !text.isBlank()).toList();
    if (given.isEmpty()) {
      return "";
    }
    if (given.size() > 1 || !List.of("e2b", "blaxel").contains(given.get(0))) {
      throw new IllegalArgumentException("The platform is e2b or blaxel, not " + given + ".");
    }
    return given.get(0);
  }

  private static boolean hasBlaxelKey(Map<String, String> environment) {
    return isSet(environment, "BL_API_KEY") && isSet(environment, "BL_WORKSPACE");
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

  private static Platform blaxel(Map<String, String> environment) {
    if (hasBlaxelKey(environment)) {
      BlaxelClient client = BlaxelClient.builder().environment(environment).build();
      return new Platform("at Blaxel, with your key", client, environment, null);
    }
    LocalSandboxes local = LocalSandboxes.start();
    return new Platform(
        LOCAL + "BL_API_KEY and BL_WORKSPACE are not set",
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

  /** The same client, for what only E2B has. */
  E2bClient e2b() {
    return (E2bClient) client;
  }

  /** The same client, for what only Blaxel has. */
  BlaxelClient blaxel() {
    return (BlaxelClient) client;
  }

  /** True if sandboxes are on this machine. */
  boolean isLocal() {
    return local != null;
  }

  /** A client as another JVM makes it, from {@link #environment()} alone. The caller closes it. */
  SandboxClient anotherClient() {
    return client instanceof BlaxelClient
        ? BlaxelClient.builder().environment(environment).build()
        : E2bClient.builder().environment(environment).build();
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
