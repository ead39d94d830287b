package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.sandpiper.Content;
import dev.sandpiper.FileInfo;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.testing.OtherLocales;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class OtherLocalesTest extends OtherLocales {
  @Test
  void theEmbeddedPlatformsAreTheSameEverywhere() throws IOException {
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient e2b = local.e2bClient();
        SandboxClient blaxel = local.blaxelClient()) {
      for (SandboxClient client : List.of(e2b, blaxel)) {
        try (Sandbox sandbox = client.create(SandboxSpec.standard().label("I", "i"))) {
          assertFilesAndCommandsWork(sandbox);
          assertThat(client.list(SandboxFilter.all().label("I", "i")).stream()).hasSize(1);
        }
      }
    }
  }

  private static void assertFilesAndCommandsWork(Sandbox sandbox) throws IOException {
    sandbox.files().write("IiIi \u0131", Content.of("0123456789"));
    ReadOptions middle = ReadOptions.whole().offset(2).length(3);
    try (InputStream part = sandbox.files().read("IiIi \u0131", middle)) {
      assertThat(part.readAllBytes()).asString().isEqualTo("234");
    }
    assertThat(sandbox.files().list("."))
        .extracting(FileInfo::name, FileInfo::size)
        .containsExactly(tuple("IiIi \u0131", 10L));
    assertThat(sandbox.exec("printf", "%d %x", "1234", "255").orThrow().stdout().text())
        .isEqualTo("1234 ff");
    assertThat(sandbox.shell("exit 7").exit().code()).hasValue(7);
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> sandbox.files().stat("none"))
        .satisfies(e -> assertThat(e.getMessage()).isASCII());
  }
}
