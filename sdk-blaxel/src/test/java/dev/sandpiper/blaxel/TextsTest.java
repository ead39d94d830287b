package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelSandboxSpec.Port;
import dev.sandpiper.blaxel.BlaxelSandboxSpec.Volume;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Half of a surrogate pair, which would arrive as a question mark, is refused before a request. */
class TextsTest {
  private static final String HALF = "a\ud83db";
  private static final BlaxelSandboxSpec SPEC = BlaxelSandboxSpec.of(SandboxSpec.standard());

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  private static void assertRefused(ThrowingCallable call) {
    assertThatIllegalArgumentException()
        .isThrownBy(call)
        .withMessageContaining("an unpaired surrogate at index 1");
  }

  @Test
  void specsRefuseIt() {
    assertRefused(() -> SPEC.displayName(HALF));
    assertRefused(() -> SPEC.region(HALF));
    assertRefused(() -> SPEC.network("a\ud83d{}"));
    assertRefused(() -> SPEC.secretEnvironment(HALF, "x"));
    assertRefused(() -> SPEC.secretEnvironment("x", HALF));
    assertRefused(() -> new Port(1, Port.Protocol.HTTP, Optional.of(HALF)));
    assertRefused(() -> new Volume(HALF, "/x", false));
    assertRefused(() -> new Volume("x", "a\ud83d/", false));
    assertRefused(() -> BlaxelMetadata.unchanged().displayName(HALF));
    assertRefused(() -> BlaxelMetadata.unchanged().labels(Map.of("x", HALF)));
    assertRefused(() -> BlaxelMetadata.unchanged().labels(Map.of(HALF, "x")));
    assertRefused(() -> BlaxelClient.builder().clientCredentials(HALF, "x"));
    assertRefused(() -> BlaxelClient.builder().clientCredentials("x", HALF));
  }

  @Test
  void namesThatFollowAPatternRefuseIt() {
    assertThatIllegalArgumentException().isThrownBy(() -> SPEC.name(HALF));
    assertThatIllegalArgumentException().isThrownBy(() -> SPEC.externalId(HALF));
  }

  @Test
  void connectAndAttachRefuseItBeforeTheyAsk() {
    BlaxelSandbox sandbox = blaxel.sandbox(blaxel.open(blaxel.exact()));
    assertRefused(() -> blaxel.client().connect(HALF));
    assertThatIllegalArgumentException().isThrownBy(() -> sandbox.processes().attachNamed(".."));
  }
}
