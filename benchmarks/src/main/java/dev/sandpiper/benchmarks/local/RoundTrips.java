package dev.sandpiper.benchmarks.local;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How many round trips a short command waits for: what it takes longer when each of them does.
 *
 * <p>Argument: how many commands.
 */
public final class RoundTrips {
  private static final Duration ROUND_TRIP = Duration.ofMillis(50); // 25 ms each way

  private final int commands;

  private RoundTrips(int commands) {
    this.commands = commands;
  }

  public static void main(String[] args) {
    RoundTrips trips = new RoundTrips(Integer.parseInt(args[0]));
    try (LocalSandboxes local = LocalSandboxes.start()) {
      System.out.printf(
          Locale.ROOT, "e2b=%.4f blaxel=%.4f%n", trips.e2b(local), trips.blaxel(local));
    }
  }

  private double e2b(LocalSandboxes local) {
    Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
    try (FaultProxy proxy =
        FaultProxy.inFrontOf(requireNonNull(environment.get("E2B_SANDBOX_URL")))) {
      environment.put("E2B_SANDBOX_URL", proxy.url());
      try (E2bClient client = E2bClient.builder().environment(environment).build();
          Sandbox sandbox = client.create(SandboxSpec.standard())) {
        return trips(sandbox, proxy);
      }
    }
  }

  private double blaxel(LocalSandboxes local) {
    try (BlaxelClient direct = local.blaxelClient();
        Sandbox sandbox = direct.create(SandboxSpec.standard())) {
      String url = sandbox.endpoint(1).uri().toString().replaceFirst("/port/1$", "");
      try (FaultProxy proxy = FaultProxy.inFrontOf(url);
          SandboxClient client =
              BlaxelClient.builder()
                  .environment(local.blaxelEnvironment())
                  .sandboxUrl(sandbox.id(), proxy.url())
                  .build()) {
        return trips(client.connect(sandbox.id()), proxy);
      }
    }
  }

  private double trips(Sandbox sandbox, FaultProxy proxy) {
    double near = median(sandbox);
    proxy.injectEvery("HTTP/1.1", Fault.delay(ROUND_TRIP));
    median(sandbox); // in which a client learns how far away its sandbox is
    return (median(sandbox) - near) / ROUND_TRIP.toNanos();
  }

  private double median(Sandbox sandbox) {
    return Samples.median(commands, () -> sandbox.exec("true").orThrow());
  }
}
