package dev.sandpiper.testkit.junit;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.fake.FakeSandboxes;
import dev.sandpiper.testkit.LocalSandboxes;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** The platforms of {@link SandboxTest}. */
public enum LocalPlatform {
  /** The embedded E2B, with commands that are processes of this machine. */
  E2B {
    @Override
    SandboxClient client(LocalSandboxes local) {
      return local.e2bClient();
    }

    @Override
    String controlUrl(LocalSandboxes local) {
      return local.e2bEnvironment().getOrDefault("E2B_API_URL", "");
    }

    @Override
    String dataUrl(LocalSandboxes local, Sandbox sandbox) {
      return local.e2bEnvironment().getOrDefault("E2B_SANDBOX_URL", "");
    }

    @Override
    SandboxClient client(LocalSandboxes local, String control, String id, String data) {
      Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
      environment.put("E2B_API_URL", control);
      environment.put("E2B_SANDBOX_URL", data);
      return E2bClient.builder().environment(environment).build();
    }
  },

  /** The embedded Blaxel, with commands that are processes of this machine. */
  BLAXEL {
    @Override
    SandboxClient client(LocalSandboxes local) {
      return local.blaxelClient();
    }

    @Override
    String controlUrl(LocalSandboxes local) {
      return local.blaxelEnvironment().getOrDefault("BL_API_URL", "");
    }

    @Override
    String dataUrl(LocalSandboxes local, Sandbox sandbox) {
      return sandbox.endpoint(1).uri().toString().replaceFirst("/port/1$", "");
    }

    @Override
    SandboxClient client(LocalSandboxes local, String control, String id, String data) {
      Map<String, String> environment = new HashMap<>(local.blaxelEnvironment());
      environment.put("BL_API_URL", control);
      return BlaxelClient.builder().environment(environment).sandboxUrl(id, data).build();
    }
  },

  /**
   * Sandboxes in memory, new ones for each test: the parameter {@code
   * dev.sandpiper.fake.FakeSandboxes} is the client, and scripts the commands. Needs {@code
   * sdk-fake} among the dependencies of the tests.
   */
  FAKE {
    @Override
    SandboxClient client(LocalSandboxes local) {
      try {
        return new FakeSandboxes();
      } catch (NoClassDefFoundError e) {
        throw new ExtensionConfigurationException(
            "LocalPlatform.FAKE needs a dependency of the tests: add sdk-fake in scope test", e);
      }
    }

    @Override
    String controlUrl(LocalSandboxes local) {
      throw new IllegalStateException("the fake has no connection that could have a fault");
    }

    @Override
    String dataUrl(LocalSandboxes local, Sandbox sandbox) {
      return controlUrl(local);
    }

    @Override
    SandboxClient client(LocalSandboxes local, String control, String id, String data) {
      return client(local);
    }
  };

  abstract SandboxClient client(LocalSandboxes local);

  /** The URL of the control plane. */
  abstract String controlUrl(LocalSandboxes local);

  /** The URL of a sandbox. */
  abstract String dataUrl(LocalSandboxes local, Sandbox sandbox);

  /** A client that sends its requests to these addresses. */
  abstract SandboxClient client(LocalSandboxes local, String control, String id, String data);
}
