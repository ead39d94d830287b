package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.FileInfo;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bFilesystem;
import dev.sandpiper.e2b.PartsUploadOptions;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that break in the middle of a transfer: whole, or told. */
class TransfersThatBreakTest extends LocalE2bTest {
  private static final int SIZE = 400_000;

  private FaultProxy proxy;
  private E2bClient cut;
  private E2bFilesystem files;
  private byte[] bytes;
  @TempDir Path directory;

  @BeforeEach
  void putAProxyBetween() throws IOException {
    Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
    proxy = FaultProxy.inFrontOf(Objects.requireNonNull(environment.get("E2B_SANDBOX_URL")));
    environment.put("E2B_SANDBOX_URL", proxy.url());
    cut = E2bClient.builder().environment(environment).build();
    files = cut.connect(sandbox.id()).files();
    bytes = new byte[SIZE];
    new Random(11).nextBytes(bytes);
    sandbox.files().write("f", Content.of(bytes));
    sandbox.shell("touch -d 2020-01-01 f").orThrow();
  }

  @AfterEach
  void takeTheProxyAway() throws IOException {
    cut.close();
    proxy.close();
  }

  @Test
  void aReadGoesOnWhereItBroke() {
    proxy.inject("GET /files?", Fault.cut().afterBytes(100_000));
    proxy.inject("GET /files?", Fault.cut().afterBytes(1_000));
    assertThat(files.readBytes("f")).isEqualTo(bytes);
    assertThat(proxy.injections()).isEqualTo(2);
  }

  @Test
  void aDownloadGoesOnWhereItBroke() {
    proxy.inject("GET /files?", Fault.cut().afterBytes(250_000));
    files.download("f", directory.resolve("f"));
    assertThat(directory.resolve("f")).hasBinaryContent(bytes);
    assertThat(proxy.injections()).isOne();
  }

  @Test
  void aDownloadOfAFileThatMayHaveChangedDoesNotGoOn() {
    sandbox.shell("touch -d '+10 seconds' f").orThrow();
    proxy.inject("GET /files?", Fault.cut().afterBytes(250_000));
    assertThatExceptionOfType(ConnectionLostException.class)
        .isThrownBy(() -> files.download("f", directory.resolve("f")));
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aWriteWhoseAnswerIsLostSaysThatAPartMayBeThere() {
    proxy.inject("POST /files?", Fault.cut().afterBytes(5));
    assertThatExceptionOfType(ConnectionLostException.class)
        .isThrownBy(() -> files.write("g", Content.of(bytes)))
        .withMessageContaining("may contain a part of the content, up to 400000 bytes");
  }

  @Test
  void anAtomicWriteIsThereWholeOrNotAtAll() {
    proxy.inject("POST /files?", Fault.cut().afterBytes(5));
    assertThatThrownBy(() -> files.write("f", Content.of("new"), WriteOptions.inPlace().atomic()))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("the file is unchanged");
    assertThat(sandbox.files().readBytes("f")).isEqualTo(bytes);
    assertThat(sandbox.files().list(".")).extracting(FileInfo::name).containsExactly("f");
    proxy.inject("Filesystem/Move", Fault.cut().afterBytes(5));
    files.write("f", Content.of("new"), WriteOptions.inPlace().atomic());
    assertThat(sandbox.files().readText("f")).isEqualTo("new");
    assertThat(sandbox.files().list(".")).extracting(FileInfo::name).containsExactly("f");
  }

  @Test
  void aPartThatBreaksInItsMiddleEndsAllAndLeavesNone() throws IOException {
    Path source = Files.write(directory.resolve("f"), new byte[40 << 20]);
    proxy.inject("POST /files?", Fault.cut().inRequest().afterBytes(3 << 20));
    assertThatThrownBy(() -> files.uploadInParts(source, "f", PartsUploadOptions.parallel(4)))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("the file is unchanged");
    assertThat(proxy.injections()).isOne();
    assertThat(sandbox.files().readBytes("f")).isEqualTo(bytes);
    assertThat(sandbox.files().list(".")).extracting(FileInfo::name).containsExactly("f");
  }

  @Test
  void aListenerStopsAllParts() throws IOException {
    Path source = Files.write(directory.resolve("f"), new byte[40 << 20]);
    IllegalStateException enough = new IllegalStateException("enough");
    PartsUploadOptions stopping =
        PartsUploadOptions.parallel(4)
            .listener(
                progress -> {
                  if (progress.bytes() > 9 << 20) {
                    throw enough;
                  }
                });
    assertThatThrownBy(() -> files.uploadInParts(source, "f", stopping)).isSameAs(enough);
    assertThat(sandbox.files().readBytes("f")).isEqualTo(bytes);
    assertThat(sandbox.files().list(".")).extracting(FileInfo::name).containsExactly("f");
  }

  @Test
  void aDirectoryWhoseStreamBreaksIsNotThere() {
    makeDirectory();
    files.exists("d"); // where relative paths begin is known then
    proxy.inject("Process/Start", Fault.cut().afterBytes(5)); // and how tar ends is not
    Path target = directory.resolve("d");
    assertThatThrownBy(() -> files.downloadDirectory("d", target, DirectoryOptions.standard()))
        .isInstanceOf(SandboxException.class)
        .hasMessageStartingWith("download directory ");
    assertThat(proxy.injections()).isOne();
    assertThat(directory).isEmptyDirectory();
    assertNoArchiveIsLeft();
  }

  @Test
  void aDirectoryIsNotThereIfItIsUnknownWhatTarSkipped() {
    makeDirectory();
    files.exists("d");
    proxy.inject("Process/Start", Fault.cut().afterBytes(100)); // behind the start event
    Path target = directory.resolve("d");
    assertThatThrownBy(() -> files.downloadDirectory("d", target, DirectoryOptions.standard()))
        .isInstanceOfSatisfying(
            ConnectionLostException.class, e -> assertThat(e.retryable()).isTrue())
        .hasMessageContaining("messages about skipped entries were lost in transit");
    assertThat(proxy.injections()).isOne();
    assertThat(directory).isEmptyDirectory();
    assertNoArchiveIsLeft();
  }

  @Test
  void aDirectoryOnItsWayDownGoesOnWhereItBroke() {
    makeDirectory();
    proxy.inject("GET /files?", Fault.cut().afterBytes(200_000));
    Path target = directory.resolve("d");
    files.downloadDirectory("d", target, DirectoryOptions.standard());
    assertThat(proxy.injections()).isOne();
    assertThat(target.resolve("b")).hasBinaryContent(bytes);
    assertNoArchiveIsLeft();
  }

  @Test
  void aDirectoryThatBreaksOnItsWayUpLeavesNoArchive() throws IOException {
    Path source = Files.createDirectory(directory.resolve("s"));
    Files.write(source.resolve(sandbox.id()), new byte[4 << 20]);
    proxy.inject("POST /files?", Fault.cut().inRequest().afterBytes(1 << 20));
    assertThatThrownBy(() -> files.uploadDirectory(source, "up", DirectoryOptions.standard()))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageStartingWith("upload directory ");
    assertThat(proxy.injections()).isOne();
    assertThat(sandbox.files().list("up")).isEmpty();
    assertNoArchiveIsLeft();
  }

  private void makeDirectory() {
    sandbox.shell("mkdir d; cp f d/a; cp f d/b; touch d/" + sandbox.id()).orThrow();
  }

  /** A file with the sandbox's id as its name is in each directory. */
  private void assertNoArchiveIsLeft() {
    assertThat(Leftovers.archivesWith(sandbox.id())).isEmpty();
  }
}
