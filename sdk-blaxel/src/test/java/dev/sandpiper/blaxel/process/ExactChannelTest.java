package dev.sandpiper.blaxel.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.blaxel.ScriptedBlaxel;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.Protocols;
import dev.sandpiper.http.Time;
import dev.sandpiper.testing.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an output's reader makes of what it is told. */
@Timeout(20)
class ExactChannelTest {
  private final MockWebServer server = new MockWebServer();
  private final ClientResources resources =
      new ClientResources(null, null, Limits.standard(), Protocols.standard());
  private final ChangeNotifier notifier = new ChangeNotifier(Time.system());
  private final List<ProcessEvent> events = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    server.start();
  }

  @AfterEach
  void nothingIsLeft() {
    resources.close();
    server.close();
    Patience.untilNoThreadIsLeft();
  }

  private ExactChannel channel(long position) {
    return channel(position, events::add);
  }

  private ExactChannel channel(long position, Consumer<ProcessEvent> reader) {
    OutputDirectory files = new OutputDirectory(resources.transport(), server.url("/"), "/tmp/out");
    BackgroundThreads threads = BackgroundThreads.of(resources);
    ProcessFiles process = new ProcessFiles("sp-1", files);
    DirectoryWatch watch = new DirectoryWatch(files, threads);
    ProcessApi api = new ProcessApi(resources.transport(), server.url("/"), threads.scope());
    FinishedProcesses finished = new FinishedProcesses(api, "/tmp/out");
    Heartbeat heartbeat = new Heartbeat(files, watch, finished, threads);
    Lease lease = new Lease(process, heartbeat, threads, true, ByteOffsets.BEGINNING);
    CallScope scope = CallScope.open();
    ReadAhead ahead = new ReadAhead(Channel.STDOUT, process, scope, threads.promptly());
    return new ExactChannel(
        Channel.STDOUT, process, notifier, lease, scope, ahead, reader, position);
  }

  private void listing(String files) {
    server.enqueue(ScriptedBlaxel.json(200, "{\"files\":[" + files + "]}"));
  }

  private static String file(long offset, long size) {
    return "{\"name\":\"sp-1.o.%d\",\"size\":%d}".formatted(offset, size);
  }

  private void nothing(long size) {
    server.enqueue(
        new MockResponse.Builder().code(416).addHeader("Content-Range", "bytes */" + size).build());
  }

  private void part(int first, int size, String bytes) {
    int last = first + bytes.length() - 1;
    server.enqueue(
        new MockResponse.Builder()
            .code(206)
            .addHeader("Content-Range", "bytes %d-%d/%d".formatted(first, last, size))
            .body(bytes)
            .build());
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(((Output) event).text()));
    return text.toString();
  }

  @Test
  void segmentsAreReadOneAfterTheOther() {
    notifier.written(Channel.STDOUT);
    listing(file(0, 4) + "," + file(4, 2));
    part(0, 4, "abcd");
    part(0, 2, "ef");
    ExactChannel channel = channel(0);
    for (int i = 0; i < 3; i++) {
      assertThat(channel.read()).isTrue();
    }
    assertThat(text()).isEqualTo("abcdef");
    assertThat(channel.read()).isFalse();
  }

  @Test
  void theNextPieceIsOnItsWayWhileTheLastOneIsDelivered() {
    notifier.written(Channel.STDOUT);
    listing(file(0, 4) + "," + file(4, 2));
    part(0, 4, "abcd");
    part(0, 2, "ef");
    ExactChannel channel =
        channel(
            0,
            event -> {
              Patience.until("the next piece is asked for", () -> server.getRequestCount() == 3);
              events.add(event);
            });
    for (int i = 0; i < 3; i++) {
      assertThat(channel.read()).isTrue();
    }
    assertThat(text()).isEqualTo("abcdef");
    assertThat(server.getRequestCount()).isEqualTo(3);
  }

  @Test
  void whatIsWrittenBehindAPieceThatWasReadAheadIsAskedFor() {
    notifier.written(Channel.STDOUT);
    listing(file(0, 4));
    part(0, 6, "abcd");
    part(4, 6, "ef");
    part(6, 8, "gh");
    ExactChannel channel =
        channel(
            0,
            event -> {
              if (events.isEmpty()) {
                Patience.until("the next piece is there", () -> server.getRequestCount() == 3);
                notifier.written(Channel.STDOUT);
              }
              events.add(event);
            });
    for (int i = 0; i < 4; i++) {
      assertThat(channel.read()).isTrue();
    }
    assertThat(text()).isEqualTo("abcdefgh");
  }

  @Test
  void aPieceThatCouldNotBeHadAheadIsAskedForAgain() {
    notifier.written(Channel.STDOUT);
    listing(file(0, 4));
    part(0, 6, "abcd");
    server.enqueue(ScriptedBlaxel.json(400, "{\"error\":\"no\"}"));
    part(4, 6, "ef");
    ExactChannel channel = channel(0);
    for (int i = 0; i < 3; i++) {
      assertThat(channel.read()).isTrue();
    }
    assertThat(text()).isEqualTo("abcdef");
  }

  @Test
  void whatIsNotThereAheadIsAskedForAgain() {
    notifier.written(Channel.STDOUT);
    listing(file(0, 4) + "," + file(4, 2));
    part(0, 4, "abcd");
    nothing(0);
    part(0, 2, "ef");
    ExactChannel channel = channel(0);
    for (int i = 0; i < 3; i++) {
      assertThat(channel.read()).isTrue();
    }
    assertThat(text()).isEqualTo("abcdef");
    assertThat(server.getRequestCount()).isEqualTo(4);
  }

  @Test
  void aWriteIsReadAtTheReadersPositionWithoutAListing() {
    notifier.written(Channel.STDOUT);
    listing(file(0, 4));
    part(0, 4, "abcd");
    part(4, 6, "ef");
    ExactChannel channel = channel(0);
    assertThat(channel.read()).isTrue();
    assertThat(channel.read()).isTrue();
    assertThat(channel.read()).isFalse();
    notifier.written(Channel.STDOUT);
    assertThat(channel.read()).isTrue();

    assertThat(text()).isEqualTo("abcdef");
    assertThat(server.getRequestCount()).isEqualTo(3);
  }

  @Test
  void whatIsGoneIsAGapUpToWhatIsThere() {
    notifier.written(Channel.STDOUT);
    listing(file(0, 4));
    server.enqueue(ScriptedBlaxel.json(404, "{\"error\":\"stat x: no such file or directory\"}"));
    listing(file(4, 2));
    ExactChannel channel = channel(1);
    assertThat(channel.read()).isTrue();
    assertThat(channel.read()).isTrue();

    assertGap(1, 4);
  }

  /** A listing may count an older segment before it has grown, and a later one after that. */
  @Test
  void bytesThatAreMissingBeforeALaterSegmentAreAskedForTwice() {
    notifier.written(Channel.STDOUT);
    listing(file(0, 4) + "," + file(6, 2));
    nothing(4);
    part(4, 6, "ef");
    part(0, 2, "gh");
    ExactChannel channel = channel(4);
    for (int i = 0; i < 4; i++) {
      assertThat(channel.read()).isTrue();
    }
    assertThat(text()).isEqualTo("efgh");
  }

  @Test
  void bytesThatAreMissingTwiceAreAGap() {
    notifier.written(Channel.STDOUT);
    listing(file(0, 4) + "," + file(6, 2));
    nothing(4);
    nothing(4);
    ExactChannel channel = channel(4);
    for (int i = 0; i < 3; i++) {
      assertThat(channel.read()).isTrue();
    }
    assertGap(4, 6);
  }

  private void assertGap(long from, long to) {
    OutputGap gap = (OutputGap) events.get(0);
    assertThat(gap.from()).hasValue(from);
    assertThat(gap.to()).hasValue(to);
  }
}
