package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two real jars of it are tried by consumers/okhttp4. */
class OkHttpCopiesTest {

  private static URL folderWithOkHttp(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("okhttp3"));
    Files.createFile(folder.resolve("okhttp3/OkHttpClient.class"));
    return folder.toUri().toURL();
  }

  @Test
  void theOkHttpOfThisBuildIsTheOnlyOneAndNewEnough() {
    OkHttpCopies.check();
    assertThat(OkHttpCopies.copies(OkHttpCopiesTest.class.getClassLoader())).hasSize(1);
    assertThat(OkHttpCopies.version()).startsWith("5.");
  }

  @Test
  void aSecondCopyIsNamedInOneLine(@TempDir Path directory) throws IOException {
    URL[] folders = {
      folderWithOkHttp(directory.resolve("old")), folderWithOkHttp(directory.resolve("new"))
    };
    try (URLClassLoader loader = new URLClassLoader(folders, null)) {
      List<URL> copies = OkHttpCopies.copies(loader);
      assertThat(copies).hasSize(2);
      assertThat(OkHttpCopies.second(copies))
          .contains("/old/okhttp3/", "/new/okhttp3/", "Import sandpiper-bom")
          .doesNotContain("\n");
    }
  }

  @Test
  void anOldOneThatComesFirstIsRefusedInOneLine() {
    assertThatThrownBy(() -> OkHttpCopies.requireNew("4.12.0", List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("OkHttp 4.12.0 comes first on the class path")
        .hasMessageContaining("Import sandpiper-bom");
    OkHttpCopies.requireNew("5.5.1", List.of());
    OkHttpCopies.requireNew("10.0.0", List.of());
  }
}
