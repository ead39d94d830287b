package dev.sandpiper.testkit.contract;

import dev.sandpiper.HttpVersion;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bCodec;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "sandpiper.exhaustive", matches = "true")
class E2bJsonTest extends LocalContract {
  @Override
  protected SandboxClient openClient() {
    return E2bClient.builder()
        .environment(local.e2bEnvironment())
        .codec(E2bCodec.JSON)
        .httpVersion(HttpVersion.HTTP_1_1)
        .build();
  }
}
