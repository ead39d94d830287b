package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Blaxel's commands by files, against the embedded server and real processes. */
@Timeout(120)
class ExactRouteTest {
  @TempDir Path directory;
  private LocalSandboxes local;
  private BlaxelClient client;

  @BeforeEach
  void open() {
    local = LocalSandboxes.start();
    client =
        BlaxelClient.builder()
            .environment(local.blaxelEnvironment())
            .outputDirectory(directory.resolve("out").toString())
            .build();
  }

  @AfterEach
  void nothingIsLeft() {
    client.close();
    local.close();
  }

  @Test
  void execGivesOutputAndExit() {
    try (BlaxelSandbox sandbox = client.create(SandboxSpec.standard())) {
      ExecResult result = sandbox.shell("printf 'a\\nb'; echo e >/dev/stderr; exit 3");

      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
      assertThat(result.stdout().text()).isEqualTo("a\nb");
      assertThat(result.stderr().text()).isEqualTo("e\n");
    }
  }

  @Test
  void quickCommandsInARowAreExactAndLeaveNothing() throws Exception {
    Random random = new Random(7);
    String id;
    try (BlaxelSandbox sandbox = client.create(SandboxSpec.standard())) {
      id = sandbox.id();
      BlaxelSandbox connected = client.connect(id);
      for (int i = 0; i < 100; i++) {
        byte[] out = new byte[random.nextInt(300)];
        random.nextBytes(out);
        int code = random.nextInt(256);
        StringBuilder octal = new StringBuilder();
        for (byte one : out) {
          octal.append(String.format("\\%03o", one & 0xff));
        }
        ExecResult result = connected.shell("printf '" + octal + "'; exit " + code);
        assertThat(result.stdout().bytes()).isEqualTo(out);
        assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(code));
      }
      connected.close();
      try (Stream<Path> left = Files.list(directory.resolve("out"))) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  void muchOfEveryByteIsExact() throws Exception {
    byte[] all = new byte[1 << 20];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) (i * 31 + i / 256);
    }
    Files.write(directory.resolve("all"), all);
    MessageDigest expected = MessageDigest.getInstance("SHA-256");
    for (int i = 0; i < 100; i++) {
      expected.update(all);
    }
    try (BlaxelSandbox sandbox = client.create(SandboxSpec.standard());
        Process process =
            sandbox
                .processes()
                .start(
                    Command.shell(
                        "i=0; while [ $i -lt 100 ]; do cat "
                            + directory.resolve("all")
                            + "; i=$((i+1)); done"))) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      process.transferTo(new Digesting(digest), OutputStream.nullOutputStream());

      assertThat(HexFormat.of().formatHex(digest.digest()))
          .isEqualTo(HexFormat.of().formatHex(expected.digest()));
    }
  }

  @Test
  void shortLinesAreExact() throws Exception {
    try (BlaxelSandbox sandbox = client.create(SandboxSpec.standard())) {
      ExecResult result =
          sandbox.shell("i=0; while [ $i -lt 300000 ]; do echo x; i=$((i+1)); done");

      assertThat(result.stdout().bytes()).isEqualTo("x\n".repeat(300_000).getBytes(UTF_8));
    }
  }

  @Test
  void oneLineWithoutAnEndIsExact() throws Exception {
    try (BlaxelSandbox sandbox = client.create(SandboxSpec.standard())) {
      ExecResult result = sandbox.shell("head -c 3000000 /dev/zero | tr '\\0' '\\377'");

      assertThat(result.stdout().bytes())
          .isEqualTo("\u00ff".repeat(3_000_000).getBytes(ISO_8859_1));
    }
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
