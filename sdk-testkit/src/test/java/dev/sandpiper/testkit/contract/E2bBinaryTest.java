package dev.sandpiper.testkit.contract;

import dev.sandpiper.HttpVersion;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bCodec;

class E2bBinaryTest extends LocalContract {
  @Override
  protected SandboxClient openClient() {
    return E2bClient.builder()
        .environment(local.e2bEnvironment())
        .codec(E2bCodec.BINARY)
        .httpVersion(HttpVersion.HTTP_1_1)
        .build();
  }
}
