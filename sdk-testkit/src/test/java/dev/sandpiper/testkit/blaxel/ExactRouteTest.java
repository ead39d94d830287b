package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelProcess;
import dev.sandpiper.blaxel.BlaxelSandbox;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Blaxel's commands by files, against the embedded server and real processes. */
@Timeout(120)
@ParameterizedClass
@EnumSource(Faults.class)
class ExactRouteTest {
  private static final int COMMANDS = Boolean.getBoolean("sandpiper.exhaustive") ? 500 : 50;

  @RegisterExtension final LocalClient local;

  ExactRouteTest(Faults faults) {
    local = faults.client();
  }

  @Test
  void quickCommandsInARowAreExactAndLeaveNothing() throws Exception {
    Random random = new Random(7);
    BlaxelSandbox sandbox = local.again(local.sandbox());
    for (int i = 0; i < COMMANDS; i++) {
      byte[] out = new byte[random.nextInt(i % 2 == 0 ? 300 : 12_000)];
      byte[] err = new byte[random.nextInt(i % 3 == 0 ? 300 : 12_000)];
      random.nextBytes(out);
      random.nextBytes(err);
      Path first = Files.write(local.directory().resolve("first"), out);
      Path second = Files.write(local.directory().resolve("second"), err);
      int code = random.nextInt(256);
      ExecResult result = sandbox.shell("cat " + first + "; cat " + second + " >&2; exit " + code);

      assertThat(result.stdout().bytes()).isEqualTo(out);
      assertThat(result.stderr().bytes()).isEqualTo(err);
      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(code));
    }
    sandbox.close();
    assertThat(local.files()).isEmpty();
  }

  @Test
  void muchOfEveryByteIsExact() throws Exception {
    byte[] all = new byte[1 << 20];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) (i * 31 + i / 256);
    }
    String file = local.directory().resolve("all").toString();
    Files.write(local.directory().resolve("all"), all);
    MessageDigest expected = MessageDigest.getInstance("SHA-256");
    for (int i = 0; i < 100; i++) {
      expected.update(all);
    }
    Command command =
        Command.shell("i=0; while [ $i -lt 100 ]; do cat " + file + "; i=$((i+1)); done");
    try (Process process = local.sandbox().processes().start(command)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      process.transferTo(new Digesting(digest), OutputStream.nullOutputStream());

      assertThat(HexFormat.of().formatHex(digest.digest()))
          .isEqualTo(HexFormat.of().formatHex(expected.digest()));
    }
  }

  @Test
  void shortLinesAreExact() throws Exception {
    ExecResult result =
        local.sandbox().shell("i=0; while [ $i -lt 300000 ]; do echo x; i=$((i+1)); done");

    assertThat(result.stdout().bytes()).isEqualTo("x\n".repeat(300_000).getBytes(UTF_8));
  }

  @Test
  void oneLineWithoutAnEndIsExact() throws Exception {
    ExecResult result = local.sandbox().shell("head -c 3000000 /dev/zero | tr '\\0' '\\377'");

    assertThat(result.stdout().bytes()).isEqualTo("\u00ff".repeat(3_000_000).getBytes(ISO_8859_1));
  }

  @Test
  void aProgramThatOpensItsOutputsAgainIsExact() throws Exception {
    ExecResult result =
        local.sandbox().shell("echo 1 >&2; echo 2 >/dev/stderr; echo 3 >&2; echo o >/dev/stdout");

    assertThat(result.stderr().text()).isEqualTo("1\n2\n3\n");
    assertThat(result.stdout().text()).isEqualTo("o\n");
  }

  @Test
  void aProgramThatChangesItsUserMayOpenItsOutputsAgain() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    String nobody = "setpriv --reuid 65534 --clear-groups sh -c ";
    assumeTrue(sandbox.shell(nobody + "true").exit().isSuccess(), "only root can, with setpriv");
    ExecResult result =
        sandbox.shell("echo 1 >&2; " + nobody + "'echo 2 >/dev/stderr'; echo 3 >&2");

    assertThat(result.stderr().text()).isEqualTo("1\n2\n3\n");
  }

  @Test
  void anotherClientGoesOnWhereTheFirstStopped() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    String gate = local.directory().resolve("gate").toString();
    assertThat(new ProcessBuilder("mkfifo", gate).start().waitFor()).isZero();
    String ref;
    String position;
    Command command = Command.shell("seq 1 300000; read -r x <" + gate + "; seq 300001 400000");
    try (Process process = sandbox.processes().start(command);
        EventStream<ProcessEvent> events = process.events()) {
      while (read.size() < 1_000_000) {
        if (events.next() instanceof Output output) {
          output.writeTo(read);
        }
      }
      position = events.position();
      ref = process.detach().toString();
    }
    Files.writeString(local.directory().resolve("gate"), "go\n");
    try (Process process =
            local.again(sandbox).processes().attach(ProcessRef.parse(ref), position);
        EventStream<ProcessEvent> events = process.events()) {
      for (ProcessEvent event : events) {
        if (event instanceof Output output) {
          output.writeTo(read);
        }
      }
    }
    StringBuilder expected = new StringBuilder();
    for (int i = 1; i <= 400_000; i++) {
      expected.append(i).append('\n');
    }
    assertThat(read.toString(UTF_8)).isEqualTo(expected.toString());
  }

  @Test
  void whatFailsIsStartedAgainAndTheLastEndIsTheEnd() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    String count = local.directory().resolve("count").toString();
    Command command =
        Command.shell(
            "echo x >>" + count + "; n=$(wc -l <" + count + "); echo run $n; exit $((3 - n))");
    try (BlaxelProcess process =
        sandbox.processes().start(BlaxelCommand.of(command).maxRestarts(5))) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ExitStatus status = process.transferTo(out, out);

      assertThat(out.toString(UTF_8)).isEqualTo("run 1\nrun 2\nrun 3\n");
      assertThat(status).isEqualTo(new ExitStatus.Exited(0));
      assertThat(process.details().restartCount()).isEqualTo(2);
    }
  }

  @Test
  void whatAlwaysFailsEndsWithItsLastFailure() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    BlaxelCommand command = BlaxelCommand.of(Command.shell("echo run; exit 9")).maxRestarts(1);
    ExecResult result = sandbox.processes().exec(command);

    assertThat(result.stdout().text()).isEqualTo("run\nrun\n");
    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(9));
  }

  @Test
  void whatIsStartedAgainCanBeStopped() throws Exception {
    BlaxelSandbox sandbox = local.again(local.sandbox());
    BlaxelCommand command =
        BlaxelCommand.of(Command.shell("echo up; exec sleep 1000")).maxRestarts(5);
    try (BlaxelProcess process = sandbox.processes().start(command)) {
      process.events().next();
    }
    sandbox.exec("true");
    sandbox.close();
  }

  private static final class Digesting extends OutputStream {
    private final MessageDigest digest;

    Digesting(MessageDigest digest) {
      this.digest = digest;
    }

    @Override
    public void write(int one) {
      digest.update((byte) one);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      digest.update(bytes, offset, length);
    }
  }
}
