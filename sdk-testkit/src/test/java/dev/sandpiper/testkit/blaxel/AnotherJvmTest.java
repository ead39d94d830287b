package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A reference and a position, both as text, are all that another JVM needs. */
@Timeout(120)
@ParameterizedClass
@EnumSource(Faults.class)
class AnotherJvmTest {
  private static final int LINES = 400_000;

  @RegisterExtension final LocalClient local;

  AnotherJvmTest(Faults faults) {
    local = faults.client();
  }

  @Test
  void goesOnAtTheByteWhereThisOneStopped() throws Exception {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    Command command = Command.shell("seq 1 " + LINES + "; sleep 1; exit 7");
    String ref;
    String position;
    try (Process process = local.sandbox().processes().start(command);
        EventStream<ProcessEvent> events = process.events()) {
      while (read.size() < 500_000) {
        if (events.next() instanceof Output output) {
          output.writeTo(read);
        }
      }
      position = events.position();
      ref = process.detach().toString();
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-classpath",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            OutputReader.class.getName(),
            local.output().toString(),
            ref,
            position);
    builder.environment().putAll(local.environment());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    java.lang.Process reader = builder.start();
    reader.getInputStream().transferTo(read);

    assertThat(reader.waitFor()).isEqualTo(7);
    String expected =
        IntStream.rangeClosed(1, LINES).mapToObj(i -> i + "\n").collect(Collectors.joining());
    assertThat(read.toString(UTF_8)).isEqualTo(expected);
  }
}
