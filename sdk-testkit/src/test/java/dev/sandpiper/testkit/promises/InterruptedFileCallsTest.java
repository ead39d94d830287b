package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.EventStream;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileInfo;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bFilesystem;
import dev.sandpiper.e2b.E2bWriteOptions;
import dev.sandpiper.e2b.PartsUploadOptions;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever waits for a sandbox that stopped answering in the middle can be called away. */
class InterruptedFileCallsTest extends LocalE2bTest {
  private static final int SIZE = 400_000;
  private static final int PARTS_SIZE = 20 << 20;

  private FaultProxy proxy;
  private E2bClient stalled;
  private E2bFilesystem files;
  private String root;
  @TempDir Path directory;

  @BeforeEach
  void putAProxyBetween() throws IOException {
    sandbox.files().write("f", Content.of(new byte[SIZE]));
    sandbox.shell("mkdir d w; cp f d/a; cp f d/b").orThrow();
    root = sandbox.workingDirectory() + "/";
    Path source = Files.createDirectory(directory.resolve("source"));
    Files.write(source.resolve("a"), new byte[SIZE]);
    Files.write(directory.resolve("large"), new byte[PARTS_SIZE]);
    Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
    proxy = FaultProxy.inFrontOf(Objects.requireNonNull(environment.get("E2B_SANDBOX_URL")));
    environment.put("E2B_SANDBOX_URL", proxy.url());
    stalled = E2bClient.builder().environment(environment).build();
    files = stalled.connect(sandbox.id()).files();
  }

  @AfterEach
  void takeTheProxyAway() throws IOException {
    stalled.close();
    proxy.close();
  }

  @FunctionalInterface
  private interface Act {
    void on(InterruptedFileCallsTest test) throws IOException;
  }

  @SuppressWarnings("ImmutableEnumChecker") // the lambdas hold nothing
  private enum Call {
    STAT("/Stat", 0, test -> test.files.stat(test.root + "f")),
    EXISTS("/Stat", 0, test -> test.files.exists(test.root + "f")),
    LIST("/ListDir", 0, test -> test.files.list(test.root)),
    MAKE_DIRECTORY("/MakeDir", 0, test -> test.files.makeDirectory(test.root + "new")),
    MOVE("/Move", 0, test -> test.files.move(test.root + "f", test.root + "g")),
    DELETE("/Remove", 0, test -> test.files.delete(test.root + "f")),
    READ("GET /files?", 0, test -> test.files.read(test.root + "f").close()),
    READ_ON("GET /files?", 100_000, InterruptedFileCallsTest::readOn),
    READ_BYTES("GET /files?", 100_000, test -> test.files.readBytes(test.root + "f")),
    DOWNLOAD("GET /files?", 100_000, test -> test.files.download(test.root + "f", test.target())),
    WRITE("POST /files?", 0, test -> test.files.write(test.root + "n", Content.of("x"))),
    WRITE_ATOMICALLY(
        "POST /files?",
        0,
        test ->
            test.files.write(test.root + "f", Content.of("x"), WriteOptions.inPlace().atomic())),
    WRITE_ALL(
        "POST /files",
        0,
        test ->
            test.files.writeAll(
                Map.of(test.root + "n", Content.of("x")),
                E2bWriteOptions.of(WriteOptions.inPlace()))),
    UPLOAD(
        "POST /files?",
        0,
        test -> test.files.upload(test.directory.resolve("large"), test.root + "n")),
    UPLOAD_IN_PARTS(
        "POST /files?",
        0,
        test ->
            test.files.uploadInParts(
                test.directory.resolve("large"), test.root + "n", PartsUploadOptions.parallel(4))),
    DOWNLOAD_DIRECTORY(
        "GET /files?",
        200_000,
        test ->
            test.files.downloadDirectory(
                test.root + "d", test.target(), DirectoryOptions.standard())),
    UPLOAD_DIRECTORY(
        "Process/Start",
        0,
        test ->
            test.files.uploadDirectory(
                test.directory.resolve("source"), test.root + "n", DirectoryOptions.standard())),
    WATCH("/WatchDir", 0, test -> test.files.watch(test.root + "w", WatchOptions.standard()));

    private final String marker;
    private final int afterBytes;
    private final Act act;

    Call(String marker, int afterBytes, Act act) {
      this.marker = marker;
      this.afterBytes = afterBytes;
      this.act = act;
    }
  }

  private Path target() {
    return directory.resolve("target");
  }

  private static void readOn(InterruptedFileCallsTest test) throws IOException {
    try (InputStream stream = test.files.read(test.root + "f")) {
      stream.readAllBytes();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptFreesACallAtOnceAndStaysKnown(Call call) throws Exception {
    proxy.inject(call.marker, Fault.stall().afterBytes(call.afterBytes));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              try {
                call.act.on(this);
              } catch (IOException | RuntimeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    await("the answer to stall", () -> proxy.injections() == 1);
    caller.interrupt();
    caller.join(TimeUnit.SECONDS.toMillis(5));
    assertThat(caller.isAlive()).as("the caller is still held").isFalse();
    Throwable failure = thrown.get();
    assertThat(failure instanceof SandboxIOException stream ? stream.getCause() : failure)
        .isInstanceOf(CancelledException.class);
    assertThat(flag).as("the interrupt flag").isTrue();
    assertThat(target()).doesNotExist();
  }

  @Test
  void anInterruptWhileAMoveIsAnsweredDoesNotHideThatTheFileIsReplaced() throws Exception {
    proxy.inject("/Move", Fault.stall());
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              try {
                files.write(root + "f", Content.of("new"), WriteOptions.inPlace().atomic());
              } catch (RuntimeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    await("the answer to stall", () -> proxy.injections() == 1);
    caller.interrupt();
    caller.join(TimeUnit.SECONDS.toMillis(5));
    assertThat(thrown.get())
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("the file was replaced")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("is unchanged"));
    assertThat(flag).as("the interrupt flag").isTrue();
    assertThat(sandbox.files().readText("f")).isEqualTo("new");
    assertThat(sandbox.files().list(".")).extracting(FileInfo::name).containsExactly("d", "f", "w");
  }

  @Test
  void anInterruptFreesWhoeverWaitsForAnEvent() throws Exception {
    CountDownLatch opened = new CountDownLatch(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              try (EventStream<FileEvent> watch =
                  files.watch(root + "w", WatchOptions.standard())) {
                opened.countDown();
                watch.next();
              } catch (RuntimeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    assertThat(opened.await(10, TimeUnit.SECONDS)).isTrue();
    caller.interrupt();
    caller.join(TimeUnit.SECONDS.toMillis(5));
    assertThat(thrown.get()).isInstanceOf(CancelledException.class);
    assertThat(flag).isTrue();
  }

  @Test
  void whoDoesNotAnswerInTimeHasNotSaidThatNothingIsThere() {
    Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
    environment.put("E2B_SANDBOX_URL", proxy.url());
    try (E2bClient hasty =
        E2bClient.builder()
            .environment(environment)
            .responseLimit(Duration.ofSeconds(2))
            .retries(RetryOptions.standard().attempts(1))
            .build()) {
      E2bFilesystem hastyFiles = hasty.connect(sandbox.id()).files();
      assertThat(hastyFiles.exists(root + "f")).isTrue(); // a connection is there
      proxy.inject("/Stat", Fault.stall());
      assertThatExceptionOfType(DeadlineExceededException.class)
          .isThrownBy(() -> hastyFiles.exists(root + "f"));
    }
  }
}
