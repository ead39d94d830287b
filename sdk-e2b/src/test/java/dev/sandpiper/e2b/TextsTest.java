package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sandpiper.Command;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Half of a surrogate pair, which would arrive as a question mark, is refused before a request. */
class TextsTest {
  private static final String HALF = "a\ud83db";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private static void assertRefused(ThrowingCallable call) {
    assertThatIllegalArgumentException()
        .isThrownBy(call)
        .withMessageContaining("an unpaired surrogate at index 1");
  }

  @Test
  void tagsUsersAndIdsRefuseIt() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    assertRefused(() -> E2bCommand.tagged(Command.of("ls"), HALF));
    assertRefused(() -> sandbox.processes().attachTagged(HALF));
    assertRefused(() -> E2bUrlOptions.unlimited().user(HALF));
    assertRefused(() -> e2b.client().connect(HALF));
  }
}
