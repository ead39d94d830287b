package dev.sandpiper.testkit.contract;

import dev.sandpiper.HttpVersion;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bCodec;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "sandpiper.exhaustive", matches = "true")
class E2bBinaryHttp2Test extends LocalContract {
  @Override
  protected SandboxClient openClient() {
    return E2bClient.builder()
        .environment(local.e2bEnvironment())
        .codec(E2bCodec.BINARY)
        .httpVersion(HttpVersion.HTTP_2)
        .build();
  }
}
