package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.Filesystem;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Directories that are copied as archives. */
@EnabledOnOs(OS.LINUX)
class DirectoryCopiesTest extends FilesOnThisMachine {
  private static MockResponse give(RecordedRequest request) throws IOException {
    byte[] bytes = Files.readAllBytes(path(request));
    return new MockResponse.Builder()
        .addHeader("Content-Disposition", "attachment; filename=\"a\"")
        .body(new Buffer().write(bytes))
        .build();
  }

  private void throughTmp() {
    blaxel.shouldItBeAsked("PUT /sbx/filesystem/%2Ftmp%2F.*.tar", FilesOnThisMachine::take);
    blaxel.always("GET /sbx/filesystem/%2Ftmp%2F.*.tar", DirectoryCopiesTest::give);
    blaxel.always("DELETE /sbx/filesystem/%2Ftmp%2F.*.tar", FilesOnThisMachine::delete);
    for (String directory : List.of("new%2Fplace", "file", "up")) {
      blaxel.shouldItBeAsked("PUT " + route(directory), FilesOnThisMachine::makeDirectory);
    }
  }

  private static List<String> archivesInTmp() {
    // Older ones are of a run that was killed.
    long start = ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli();
    String[] names =
        Path.of("/tmp")
            .toFile()
            .list(
                (tmp, name) ->
                    name.matches("\\.sp-.*\\.tar") && new File(tmp, name).lastModified() >= start);
    return List.of(names == null ? new String[0] : names);
  }

  private Path tree() throws IOException {
    Path tree = root.resolve("source");
    Files.createDirectories(tree.resolve("sub/empty"));
    Path run = Files.writeString(tree.resolve("sub/run"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxr-x---"));
    Files.createSymbolicLink(tree.resolve("link"), Path.of("sub/run"));
    return tree;
  }

  private static void assertIsTree(Path copy) throws IOException {
    assertThat(copy.resolve("sub/empty")).isEmptyDirectory();
    assertThat(copy.resolve("sub/run")).hasContent("#!/bin/sh\n");
    assertThat(Files.readSymbolicLink(copy.resolve("link"))).isEqualTo(Path.of("sub/run"));
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(copy.resolve("sub/run"))))
        .isEqualTo("rwxr-x---");
  }

  @Test
  void directoriesGoBothWaysAndLeaveNoArchive() throws Exception {
    throughTmp();
    Path source = tree();
    Filesystem files = files();
    DirectorySummary up =
        files.uploadDirectory(source, in("new/place"), DirectoryOptions.standard());
    assertThat(up.entries()).isEqualTo(4);
    assertIsTree(root.resolve("new/place"));
    DirectorySummary down =
        files.downloadDirectory(in("new/place"), root.resolve("copy"), DirectoryOptions.standard());
    assertThat(down.entries()).isEqualTo(4);
    assertIsTree(root.resolve("copy"));
    assertThat(archivesInTmp()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(FileOnServer.Fault.class)
  void aDirectoryComesDownRightWhateverGetsIntoTheAnswers(FileOnServer.Fault fault)
      throws Exception {
    byte[] bytes = new byte[9 << 20];
    new Random(9).nextBytes(bytes);
    Path source = Files.createDirectory(root.resolve("source"));
    Files.write(source.resolve("f"), bytes);
    List<FileOnServer> archive = new CopyOnWriteArrayList<>();
    blaxel.always("DELETE /sbx/filesystem/%2Ftmp%2F.*.tar", FilesOnThisMachine::delete);
    blaxel.always(
        "GET /sbx/filesystem/%2Ftmp%2F.*.tar",
        request -> {
          if (archive.isEmpty()) {
            archive.add(FileOnServer.of(path(request)).inject(0, fault, fault));
          }
          return archive.get(0).answer(request);
        });
    Path copy = root.resolve("copy");
    files().downloadDirectory(source.toString(), copy, DirectoryOptions.standard());
    assertThat(copy.resolve("f")).hasBinaryContent(bytes);
    assertThat(archive.get(0).injected()).isEqualTo(2);
    assertThat(archive.get(0).asked()).hasSizeGreaterThan(3);
    assertThat(archivesInTmp()).isEmpty();
  }

  @Test
  void directoriesThatCannotBeCopiedAreToldAndLeaveNoArchive() throws Exception {
    throughTmp();
    Files.createFile(root.resolve("file"));
    Path source = tree();
    Filesystem files = files();
    DirectoryOptions standard = DirectoryOptions.standard();
    Path copy = root.resolve("copy");
    assertThatThrownBy(() -> files.downloadDirectory(in("none"), copy, standard))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> files.downloadDirectory(in("file"), copy, standard))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.uploadDirectory(source, in("file"), standard))
        .isInstanceOf(InvalidRequestException.class);
    IllegalStateException thrown = new IllegalStateException("enough");
    DirectoryOptions stopping =
        standard.listener(
            progress -> {
              throw thrown;
            });
    assertThatThrownBy(() -> files.uploadDirectory(source, in("up"), stopping)).isSameAs(thrown);
    assertThatThrownBy(() -> files.downloadDirectory(source.toString(), copy, stopping))
        .isSameAs(thrown);
    assertThat(copy).doesNotExist();
    assertThat(archivesInTmp()).isEmpty();
  }
}
