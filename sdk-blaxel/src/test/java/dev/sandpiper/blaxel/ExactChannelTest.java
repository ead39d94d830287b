package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.blaxel.ProcessMarks.Change;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.Protocols;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an output's reader makes of what it is told. */
@Timeout(20)
class ExactChannelTest {
  private static final String BOTH =
      "{\"files\":[{\"name\":\"sp-1.o.0\",\"size\":4},{\"name\":\"sp-1.o.4\",\"size\":2}]}";

  private final MockWebServer server = new MockWebServer();
  private final ClientResources resources =
      new ClientResources(null, null, Limits.standard(), Protocols.standard());
  private final ProcessMarks marks = new ProcessMarks("sp-1");
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
    ExactFiles files = new ExactFiles(resources.transport(), server.url("/"), "/tmp/out");
    return new ExactChannel(
        Channel.STDOUT, "sp-1", files, marks, file -> {}, CallScope.open(), events::add, position);
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
  void whatAWatchTellsOfALaterSegmentIsNoGapInFrontOfIt() {
    marks.note("sp-1.o.4", Change.WRITTEN);
    server.enqueue(ScriptedBlaxel.json(200, BOTH));
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
  void whatNobodyToldOfIsLookedForWhereALaterSegmentIs() {
    marks.note("sp-1.o.0", Change.WRITTEN);
    marks.note("sp-1.o.6", Change.WRITTEN);
    server.enqueue(
        new MockResponse.Builder().code(416).addHeader("Content-Range", "bytes */4").build());
    server.enqueue(ScriptedBlaxel.json(200, BOTH));
    part(0, 2, "ef");
    ExactChannel channel = channel(4);
    assertThat(channel.read()).isTrue();
    assertThat(channel.read()).isTrue();

    assertThat(text()).isEqualTo("ef");
  }

  @Test
  void whatIsGoneIsAGapUpToWhatIsThere() {
    marks.note("sp-1.o.0", Change.WRITTEN);
    server.enqueue(ScriptedBlaxel.json(404, "{\"error\":\"stat x: no such file or directory\"}"));
    server.enqueue(ScriptedBlaxel.json(200, "{\"files\":[{\"name\":\"sp-1.o.4\",\"size\":2}]}"));
    assertThat(channel(1).read()).isTrue();

    OutputGap gap = (OutputGap) events.get(0);
    assertThat(gap.from()).hasValue(1);
    assertThat(gap.to()).hasValue(4);
  }
}
