package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.EventStream;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileEvent.Created;
import dev.sandpiper.FileEvent.Gap;
import dev.sandpiper.FileEvent.ModeChanged;
import dev.sandpiper.FileEvent.Removed;
import dev.sandpiper.FileEvent.Renamed;
import dev.sandpiper.FileEvent.Written;
import dev.sandpiper.FileInfo;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.EventType;
import dev.sandpiper.e2b.proto.FilesystemProto.FileType;
import dev.sandpiper.e2b.proto.FilesystemProto.FilesystemEvent;
import dev.sandpiper.e2b.proto.FilesystemProto.WatchDirRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.WatchDirResponse;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(E2bCodec.class)
class WatchTest extends InEachCodec {
  private static final String WATCH = "POST /filesystem.Filesystem/WatchDir";

  private final CountDownLatch gate = new CountDownLatch(1);

  WatchTest(E2bCodec codec) {
    super(codec);
  }

  private static byte[] start() {
    return Frames.message(
        WatchDirResponse.newBuilder()
            .setStart(WatchDirResponse.StartEvent.getDefaultInstance())
            .build());
  }

  private static byte[] keepAlive() {
    return Frames.message(
        WatchDirResponse.newBuilder()
            .setKeepalive(WatchDirResponse.KeepAlive.getDefaultInstance())
            .build());
  }

  private static byte[] event(EventType type, String name) {
    return event(FilesystemEvent.newBuilder().setType(type).setName(name));
  }

  private static byte[] event(FilesystemEvent.Builder event) {
    return Frames.message(WatchDirResponse.newBuilder().setFilesystem(event).build());
  }

  private static byte[] join(byte[]... frames) {
    return Frames.joined(frames).readByteArray();
  }

  private WatchDirRequest takeWatch() throws Exception {
    RecordedRequest request = e2b.take(WATCH);
    assertThat(request.getHeaders().get("Keepalive-Ping-Interval")).isEqualTo("20");
    assertThat(request.getHeaders().get("Connect-Timeout-Ms")).isNull();
    return ScriptedE2b.enveloped(request, WatchDirRequest.getDefaultInstance());
  }

  @Test
  void eachKindOfEventIsTold() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    EntryInfo entry =
        EntryInfo.newBuilder()
            .setName("b")
            .setPath("/d/a/b")
            .setType(FileType.FILE_TYPE_FILE)
            .setSize(3)
            .setMode(0640)
            .setPermissions("-rw-r-----")
            .build();
    e2b.answer(
        Frames.held(
            gate,
            join(
                start(),
                event(EventType.EVENT_TYPE_CREATE, "a"),
                keepAlive(),
                event(EventType.EVENT_TYPE_UNSPECIFIED, "unknown"),
                event(
                    FilesystemEvent.newBuilder()
                        .setType(EventType.EVENT_TYPE_WRITE)
                        .setName("a/b")
                        .setEntry(entry)),
                event(EventType.EVENT_TYPE_CHMOD, "a"),
                event(EventType.EVENT_TYPE_RENAME, "a"),
                event(EventType.EVENT_TYPE_REMOVE, "c"))));
    try (EventStream<FileEvent> watch =
        sandbox.files().watch("/d", WatchOptions.standard().recursive().includeInfo())) {
      assertThat(watch.next()).isEqualTo(new Created("/d/a", Optional.empty()));
      assertThat(watch.next())
          .isInstanceOfSatisfying(
              Written.class,
              written -> {
                assertThat(written.path()).isEqualTo("/d/a/b");
                assertThat(written.info()).get().extracting(FileInfo::size).isEqualTo(3L);
              });
      assertThat(watch.next()).isEqualTo(new ModeChanged("/d/a", Optional.empty()));
      assertThat(watch.next()).isEqualTo(new Renamed("/d/a"));
      assertThat(watch.next()).isEqualTo(new Removed("/d/c"));
      assertThatThrownBy(() -> watch.next(Duration.ofMillis(20)))
          .isInstanceOf(TimeoutException.class);
    } finally {
      gate.countDown();
    }
    assertThat(takeWatch())
        .isEqualTo(
            WatchDirRequest.newBuilder()
                .setPath("/d")
                .setRecursive(true)
                .setIncludeEntry(true)
                .build());
  }

  @Test
  void theWatchedDirectoryGoingAwayIsTheEnd() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.held(gate, join(start(), event(EventType.EVENT_TYPE_REMOVE, "."))));
    e2b.answer(Frames.held(gate, join(start(), event(EventType.EVENT_TYPE_RENAME, "."))));
    for (FileEvent last : List.of(new Removed("/d"), new Renamed("/d"))) {
      List<FileEvent> told = new ArrayList<>();
      try (EventStream<FileEvent> watch = sandbox.files().watch("/d/", WatchOptions.standard())) {
        watch.forEach(told::add);
        assertThat(watch.next()).isNull();
        assertThat(watch.next(Duration.ofSeconds(1))).isNull();
      }
      assertThat(told).hasSize(2).first().isEqualTo(last);
      assertThat(told.get(1)).isInstanceOf(Gap.class);
      assertThat(takeWatch().getPath()).isEqualTo("/d");
    }
    gate.countDown();
  }

  @Test
  void aLostConnectionIsAGapAndTheWatchGoesOn() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.cut(start(), event(EventType.EVENT_TYPE_CREATE, "a")));
    e2b.answer(
        Frames.stream(
            start(),
            event(EventType.EVENT_TYPE_CREATE, "b"),
            Frames.error("unknown", "error sending filesystem event: invalid UTF-8")));
    e2b.answer(Frames.held(gate, join(start(), event(EventType.EVENT_TYPE_CREATE, "c"))));
    try (EventStream<FileEvent> watch = sandbox.files().watch("/d", WatchOptions.standard())) {
      assertThat(watch.next()).isEqualTo(new Created("/d/a", Optional.empty()));
      assertThat(watch.next())
          .isInstanceOfSatisfying(
              Gap.class, gap -> assertThat(gap.reason()).contains("the connection closed before"));
      assertThat(watch.next()).isEqualTo(new Created("/d/b", Optional.empty()));
      assertThat(watch.next())
          .isInstanceOfSatisfying(
              Gap.class, gap -> assertThat(gap.reason()).contains("invalid UTF-8"));
      assertThat(watch.next()).isEqualTo(new Created("/d/c", Optional.empty()));
    } finally {
      gate.countDown();
    }
    takeWatch();
    takeWatch();
    takeWatch();
  }

  @Test
  void aDirectoryThatIsGoneAfterALostConnectionIsTheEnd() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.cut(start()));
    e2b.answer(Frames.stream(Frames.error("not_found", "path /d not found")));
    try (EventStream<FileEvent> watch = sandbox.files().watch("/d", WatchOptions.standard())) {
      assertThat(watch.next())
          .isInstanceOfSatisfying(
              Gap.class, gap -> assertThat(gap.reason()).contains("the directory was removed"));
      assertThat(watch.next()).isNull();
    }
    takeWatch();
    takeWatch();
  }

  @Test
  void aSandboxThatIsGoneIsTold() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.cut(start()));
    e2b.answer(502, "{\"sandboxId\": \"isb1\", \"message\": \"gone\", \"code\": 502}");
    e2b.answer(404, "");
    try (EventStream<FileEvent> watch = sandbox.files().watch("/d", WatchOptions.standard())) {
      assertThatExceptionOfType(NotFoundException.class)
          .isThrownBy(watch::next)
          .satisfies(e -> assertThat(e.what()).isEqualTo(NotFoundException.What.SANDBOX));
    }
    takeWatch();
    takeWatch();
    e2b.take("GET /sandboxes/isb1");
  }

  @Test
  void whatCannotBeWatchedIsToldAtOnce() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.stream(Frames.error("not_found", "path /none not found")));
    e2b.answer(
        Frames.stream(Frames.error("invalid_argument", "path /f not a directory: %!w(<nil>)")));
    e2b.answer(401, "{\"code\": 401, \"message\": \"no token\"}");
    e2b.answer(Frames.stream(keepAlive()));
    e2b.answer(Frames.nothing());
    e2b.answer(Frames.nothing());
    e2b.answer(Frames.nothing());
    E2bFilesystem files = sandbox.files();
    WatchOptions options = WatchOptions.standard();
    assertThatThrownBy(() -> files.watch("/none", options)).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> files.watch("/f", options))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.watch("/d", options))
        .isInstanceOf(AuthenticationException.class);
    assertThatThrownBy(() -> files.watch("/d", options)).isInstanceOf(WireFormatException.class);
    assertThatThrownBy(() -> files.watch("/d", options))
        .isInstanceOf(ConnectionLostException.class);
    for (int i = 0; i < 7; i++) {
      takeWatch();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "../x", "a/../../x", "", "a\0b"})
  void aNameThatLeadsOutIsMalformed(String name) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.held(gate, join(start(), event(EventType.EVENT_TYPE_CREATE, name))));
    try (EventStream<FileEvent> watch = sandbox.files().watch("/d", WatchOptions.standard())) {
      assertThatThrownBy(watch::next).isInstanceOf(WireFormatException.class);
    } finally {
      gate.countDown();
    }
    takeWatch();
  }

  @Test
  void anInterruptedReaderCanReadOn() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        Frames.held(gate, start(), event(EventType.EVENT_TYPE_CREATE, "a"), Frames.goodbye()));
    e2b.answer(Frames.stream(Frames.error("not_found", "gone")));
    try (EventStream<FileEvent> watch = sandbox.files().watch("/d", WatchOptions.standard())) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(watch::next).isInstanceOf(CancelledException.class);
      assertThat(Thread.interrupted()).isTrue();
      gate.countDown();
      assertThat(watch.next()).isEqualTo(new Created("/d/a", Optional.empty()));
      assertThat(watch.next()).isInstanceOf(Gap.class);
      assertThat(watch.next()).isNull();
    }
    takeWatch();
    takeWatch();
  }

  @Test
  void closingFreesABlockedReader() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.held(gate, start()));
    EventStream<FileEvent> watch = sandbox.files().watch("/d", WatchOptions.standard());
    Thread reader = new Thread(watch::next);
    reader.start();
    Patience.until(
        "it waits",
        () ->
            reader.getState() == Thread.State.WAITING
                || reader.getState() == Thread.State.TIMED_WAITING);
    watch.close();
    watch.close();
    reader.join(10_000);
    assertThat(reader.isAlive()).isFalse();
    gate.countDown();
    takeWatch();
  }

  @ParameterizedTest
  @CsvSource({"0.1.3, 0.1.4, recursive", "0.6.2, 0.6.3, info", "0.6.3, 0.6.4, mounts"})
  void whatADaemonLacksIsSaidBeforeAnythingIsSent(String has, String needs, String what)
      throws Exception {
    E2bFilesystem files = e2b.sandbox(has).files();
    WatchOptions plain = WatchOptions.standard();
    E2bWatchOptions options =
        switch (what) {
          case "recursive" -> E2bWatchOptions.of(plain.recursive());
          case "info" -> E2bWatchOptions.of(plain.includeInfo());
          default -> E2bWatchOptions.of(plain).includeNetworkMounts();
        };
    assertThatExceptionOfType(UnsupportedCapabilityException.class)
        .isThrownBy(() -> files.watch("/d", options))
        .withMessageContaining("needs envd " + needs)
        .withMessageContaining("has " + has);
  }

  @Test
  void networkMountsAreAskedFor() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.held(gate, start()));
    E2bWatchOptions options = E2bWatchOptions.of(WatchOptions.standard()).includeNetworkMounts();
    sandbox.files().watch("/d", options).close();
    assertThat(takeWatch().getAllowNetworkMounts()).isTrue();
    gate.countDown();
  }

  /** One after the other, and the peer goes on only when it has seen that the client let go. */
  @Test
  void thousandsOfWatchesLeaveNothing() throws Exception {
    int count = Boolean.getBoolean("sandpiper.exhaustive") ? 10_000 : 2_000;
    AtomicInteger seen = new AtomicInteger();
    try (ServerSocket daemon = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread peer = new Thread(() -> letGo(daemon, count, seen));
      peer.start();
      E2bClient client =
          e2b.open(e2b.builder().sandboxUrl("http://127.0.0.1:" + daemon.getLocalPort()));
      E2bFilesystem files = e2b.sandbox(client, "0.6.13").files();
      for (int i = 0; i < count; i++) {
        files.watch("/d", WatchOptions.standard()).close();
      }
      peer.join(10_000);
    }
    assertThat(seen).hasValue(count);
  }

  private static void letGo(ServerSocket daemon, int count, AtomicInteger seen) {
    byte[] frame = start();
    byte[] answer =
        Frames.joined(
                "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n"
                    .formatted(Frames.streamType(), frame.length)
                    .getBytes(UTF_8),
                frame,
                "\r\n".getBytes(UTF_8))
            .readByteArray();
    byte[] buffer = new byte[8192];
    while (seen.get() < count) {
      try (Socket socket = daemon.accept()) {
        // The whole request is small, and in one piece or two.
        int asked = socket.getInputStream().read(buffer);
        socket.getOutputStream().write(answer);
        while (asked >= 0) {
          asked = socket.getInputStream().read(buffer);
        }
        seen.incrementAndGet();
      } catch (SocketException e) {
        seen.incrementAndGet(); // let go with a reset
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
