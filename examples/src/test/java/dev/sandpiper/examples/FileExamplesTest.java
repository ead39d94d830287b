package dev.sandpiper.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.SandboxFilter;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class FileExamplesTest {

  @FunctionalInterface
  private interface Example {
    void run(E2bClient client, PrintStream out) throws Exception;
  }

  private static String printedBy(Example example) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (LocalSandboxes local = LocalSandboxes.start();
        E2bClient client = local.e2bClient()) {
      example.run(client, new PrintStream(printed, true, UTF_8));
      assertThat(client.list(SandboxFilter.all())).isEmpty();
    }
    return printed.toString(UTF_8);
  }

  @Test
  void aDirectoryIsWatchedWhileACommandWorksInIt() throws Exception {
    assertThat(printedBy(WatchedDirectory::run))
        .containsSubsequence(
            "  | created   draft.csv\n",
            "  | written   draft.csv",
            "  | moved     draft.csv\n",
            "  | created   nile.csv\n",
            "  | created   old\n",
            "  | created   done\n")
        .endsWith("The work ended with exit status 0.\n");
  }

  @Test
  void aSignedUrlOpensOneFileAndNoOther() throws Exception {
    assertThat(printedBy(SignedUrl::run))
        .isEqualTo(
            """
            Read without a token, 200: The river rose.
            Without the signature: 401.
            For another file: 401.
            Written without a token, 200: Then it fell.
            """);
  }

  @Test
  void aSandboxWithoutKernelsIsNamedAsSuch() throws Exception {
    assertThat(printedBy((client, out) -> NotebookCells.run(client, "base", out)))
        .startsWith("create context ")
        .contains("nothing listens on port 49999", "template code-interpreter-v1 (502)");
  }

  @Test
  void aProjectIsBuiltInASandboxAndComesBack() throws Exception {
    String bar = "#".repeat(30);
    assertThat(printedBy(BuildInSandbox::run))
        .contains("\rup   [" + bar + "] 100% 631 KiB of 631 KiB\n")
        .contains("  | tides.html: 5000 lines\n")
        .containsPattern("\rdown 63\\d KiB, 4 entries *\n")
        .contains("Built 4 files; the index:\n")
        .contains("  <li><a href=\"waders.html\">Waders</a>, 5000 lines</li>\n");
  }

  @Test
  void aBarIsDrawnAnewOnlyWhenItChanges() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (ProgressBar bar = new ProgressBar("x", new PrintStream(printed, true, UTF_8))) {
      bar.progress(new TransferProgress(0, OptionalLong.of(2048), 0));
      bar.progress(new TransferProgress(1024, OptionalLong.of(2048), 0));
      bar.progress(new TransferProgress(1024, OptionalLong.of(2048), 1));
      bar.progress(new TransferProgress(1024, OptionalLong.empty(), 1));
    }
    assertThat(printed.toString(UTF_8))
        .isEqualTo(
            "\rx ["
                + ".".repeat(30)
                + "]   0% 0 KiB of 2 KiB"
                + "\rx ["
                + "#".repeat(15)
                + ".".repeat(15)
                + "]  50% 1 KiB of 2 KiB"
                + "\rx 1 KiB, 1 entries"
                + " ".repeat(36)
                + System.lineSeparator());
  }
}
