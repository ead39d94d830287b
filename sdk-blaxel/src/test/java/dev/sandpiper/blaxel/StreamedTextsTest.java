package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a streamed command wrote, and what only looks like it. */
class StreamedTextsTest {
  private static final String KEEPALIVE = "[keepalive]\n";
  private static final String TICK = "{\"type\":\"keepalive\"}\n";
  private static final String NULS = "\0".repeat(4096);

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  private ExecResult exec(String... stream) {
    blaxel.on(
        "POST /sbx/process",
        ScriptedBlaxel.stream("application/x-ndjson", String.join("", stream)));
    return blaxel.sandbox().exec("true");
  }

  private static String out(String text) {
    return StreamedMessages.stdout(text);
  }

  /** A result whose record has this as its standard output. */
  private static String result(String status, String stdout) {
    String record =
        StreamedMessages.ended(0)
            .replace("\"completed\"", "\"" + status + "\"")
            .replace("\"stdout\":\"a\"", "\"stdout\":" + TextNode.valueOf(stdout));
    return "{\"type\":\"result\",\"data\":" + TextNode.valueOf(record) + "}\n";
  }

  private static void assertComplete(ExecResult result, String text) {
    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(0));
    assertThat(result.stdout().isComplete()).isTrue();
    assertThat(result.stdout().text()).isEqualTo(text);
  }

  @Test
  void aHeadThatTheServerHasReleasedIsAGapAndNoNuls() {
    ExecResult result =
        exec(
            out("1\n"),
            out(NULS).repeat(188),
            out("\0".repeat(17) + "9\n"),
            result("completed", ""));

    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(result.stdout().totalBytes()).isEqualTo(4);
    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(0));
  }

  @Test
  void aReleasedEndIsAGapToo() {
    assertThat(exec(out("1\n"), out(NULS), result("completed", "")).stdout().isComplete())
        .isFalse();
  }

  @Test
  void fewNulsAreTheCommandsOwn() {
    String names = "a\0b\0\0\0c\0";
    assertComplete(exec(out(names), out("d\0"), result("completed", names + "d\0")), names + "d\0");
  }

  @Test
  void aKeepaliveBeforeTheServerCanHaveSentOneIsTheCommandsOwn() {
    String all = "a\n" + KEEPALIVE + "b\n";
    assertComplete(exec(out("a\n"), out(KEEPALIVE), out("b\n"), result("completed", all)), all);
  }

  @Test
  void aKeepaliveOfTheCommandThatCannotBeToldFromTheServersIsAGap() {
    ExecResult result =
        exec(TICK, out("a\n"), out(KEEPALIVE), result("completed", "a\n" + KEEPALIVE));

    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(result.stderr().isComplete()).isTrue();
  }

  @Test
  void theServersOwnKeepaliveIsNoGap() {
    assertComplete(
        exec(TICK.repeat(6), out("a\n"), out(KEEPALIVE), result("completed", "a\n")), "a\n");
  }

  @Test
  void aWordOfTheServerThatTheCommandWroteIsAGap() {
    String word = "\n[Process is being forcefully killed]\n";
    ExecResult result = exec(out("a\n"), out(word), result("completed", "a\n" + word));

    assertThat(result.stdout().isComplete()).isFalse();
  }

  @Test
  void ofLongOutputOnlyAsManyKeepalivesAreTheServersAsItSends() {
    String cut = "[... truncated, see the process log file for the full output ...]\nz";
    assertThat(
            exec(TICK.repeat(6), out("z"), out(KEEPALIVE), result("completed", cut))
                .stdout()
                .isComplete())
        .isTrue();
    assertThat(
            exec(TICK.repeat(6), out(KEEPALIVE).repeat(2), out("z"), result("completed", cut))
                .stdout()
                .isComplete())
        .isFalse();
  }
}
