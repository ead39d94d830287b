package dev.sandpiper.testkit.blaxel;

import static dev.sandpiper.testkit.blaxel.LocalBlaxelSandbox.command;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code USER} and {@code LOGNAME}. Without a user of the image's own they are not set, as
 * recorded; that they are with one is what the real server's tests are said to check.
 */
class WorkloadUserTest {
  private static final String SHOW = "echo ${USER-none} ${LOGNAME-none} $HOME";

  @RegisterExtension final LocalBlaxel blaxel;

  WorkloadUserTest() throws IOException {
    blaxel = new LocalBlaxel();
  }

  private String shown(String variables) throws Exception {
    LocalBlaxelSandbox sandbox =
        blaxel.create("{\"spec\":{\"runtime\":{\"envs\":[" + variables + "]}}}");
    ObjectNode process = command(SHOW).put("waitForCompletion", true);
    process.putObject("env").put("LOGNAME", "me");
    return sandbox.start(process).path("stdout").asText();
  }

  private static String variable(String name, String value) {
    return "{\"name\":\"" + name + "\",\"value\":\"" + value + "\"}";
  }

  @ParameterizedTest
  @CsvSource({"app,app", "app:staff,app", "10001:10001,10001"})
  void aUserOfTheImagesOwnIsShownToCommandsWhateverTheyAskFor(String user, String shown)
      throws Exception {
    String enabled = variable("BL_SANDBOX_USER_ENABLED", "true");
    assertThat(shown(enabled + "," + variable("BL_SANDBOX_USER", user)))
        .startsWith(shown + " " + shown + " /");
  }

  @Test
  void withoutOneNothingIsSet() throws Exception {
    assertThat(shown(variable("BL_SANDBOX_USER", "app"))).startsWith("none me /");
    assertThat(shown(variable("BL_SANDBOX_USER_ENABLED", "true"))).startsWith("none me /");
  }
}
