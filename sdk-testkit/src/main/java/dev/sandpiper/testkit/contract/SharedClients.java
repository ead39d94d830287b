package dev.sandpiper.testkit.contract;

import dev.sandpiper.SandboxClient;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One client for all tests of a class, closed after the last of them. */
final class SharedClients implements AfterAllCallback {
  private final Map<Class<?>, SandboxClient> clients = new ConcurrentHashMap<>();

  SandboxClient of(Class<?> contract, Supplier<SandboxClient> open) {
    return clients.computeIfAbsent(contract, type -> open.get());
  }

  void close(Class<?> contract) {
    SandboxClient client = clients.remove(contract);
    if (client != null) client.close();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    close(context.getRequiredTestClass());
  }
}
