package dev.sandpiper.testkit.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Sandbox;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.sessions.SessionsClient;
import dev.sandpiper.fake.FakeSandboxes;
import dev.sandpiper.interpreter.CodeInterpreter;
import dev.sandpiper.pool.SandboxPool;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.contract.SandboxContract;
import dev.sandpiper.testkit.faults.FaultProxy;
import dev.sandpiper.testkit.junit.SandboxTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What users can see is written down in {@code api.txt} beside this module's POM. Who changes it on
 * purpose runs the build with {@code -Dsandpiper.api.write=true}, and shows the difference.
 */
class PublicApiTest {
  private static final Path WRITTEN_DOWN = Path.of("api.txt");

  private static List<String> publicApi() {
    return Stream.of(
            Sandbox.class,
            CodeInterpreter.class,
            E2bClient.class,
            SessionsClient.class,
            BlaxelClient.class,
            SandboxPool.class,
            LocalSandboxes.class,
            SandboxContract.class,
            SandboxTest.class,
            FakeSandboxes.class,
            SandboxTools.class,
            FaultProxy.class)
        .flatMap(inhabitant -> PublicApi.of(inhabitant).stream())
        .toList();
  }

  @Test
  void thePublicApiIsTheOneThatIsWrittenDown() throws IOException {
    if (Boolean.getBoolean("sandpiper.api.write")) {
      Files.write(WRITTEN_DOWN, publicApi());
    }
    assertThat(publicApi()).isEqualTo(Files.readAllLines(WRITTEN_DOWN));
  }

  @Test
  void noTypeOfALibraryIsInAPublicSignature() {
    assertThat(publicApi())
        .filteredOn(line -> !line.endsWith(" httpClient(okhttp3.OkHttpClient)"))
        .noneMatch(
            line ->
                line.matches(
                    ".*\\b(okhttp3|okio|com\\.fasterxml|com\\.google|org\\.eclipse)\\b.*"));
  }
}
