package dev.sandpiper.testkit.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every connection that is open freezes, and the sandbox lives on. */
@Timeout(100)
@EnabledOnOs(OS.LINUX)
class FrozenConnectionsTest {
  /** On HTTP/2 a pong that is missing ends a connection, by default after twenty seconds. */
  private static final OkHttpClient PINGING =
      new OkHttpClient.Builder().pingInterval(Duration.ofSeconds(2)).build();

  @RegisterExtension final LocalClient local = new LocalClient();

  @ParameterizedTest
  @CsvSource({"HTTP_1_1, 1", "HTTP_1_1, 6", "HTTP_2, 6"})
  void commandsThatAreFollowedLoseNothing(HttpVersion version, int count) throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    String url = sandbox.endpoint(1).uri().toString().replaceFirst("/port/1$", "");
    String gate = local.directory().resolve("gate").toString();
    try (FaultProxy proxy = FaultProxy.inFrontOf(url)) {
      BlaxelSandbox frozen =
          local
              .opened(
                  local
                      .builder()
                      .httpVersion(version)
                      .httpClient(PINGING)
                      .sandboxUrl(sandbox.id(), proxy.url()))
              .connect(sandbox.id());
      List<Process> processes = new ArrayList<>();
      List<EventStream<ProcessEvent>> streams = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String script = "echo a" + i + "; until [ -e " + gate + " ]; do sleep 0.1; done; echo b";
        Process process = frozen.processes().start(Command.shell(script));
        processes.add(process);
        streams.add(process.events());
        assertThat(streams.get(i).next()).isInstanceOf(Output.class);
      }
      assertThat(proxy.makeHalfOpen()).isPositive();
      Files.createFile(Path.of(gate));

      for (int i = 0; i < count; i++) {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        for (ProcessEvent event : streams.get(i)) {
          if (event instanceof Output output) {
            output.writeTo(rest);
          }
        }
        assertThat(rest).hasToString("b\n");
        assertThat(processes.get(i).waitFor()).isEqualTo(new ExitStatus.Exited(0));
      }
      processes.forEach(Process::close);
    }
  }
}
