package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.Signal;
import dev.sandpiper.UnsupportedCapabilityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody else's processes, by the files of the server. */
@Timeout(30)
class ForeignLogTest {
  private static final String RECORD = "GET /sbx/process/web";
  private static final String OUT =
      "GET /sbx/filesystem/%2Fvar%2Flog%2Fsandbox-api%2Fweb.stdout.log";
  private static final String ERR =
      "GET /sbx/filesystem/%2Fvar%2Flog%2Fsandbox-api%2Fweb.stderr.log";
  private static final String FILES = "GET /sbx/filesystem/%2Ftmp%2F.sandpiper";
  private static final String MISSING = "{\"error\":\"stat x: no such file or directory\"}";

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  private static String record(String pid, String status, String completedAt, int exitCode) {
    return """
        {"pid":"%s","name":"web","command":"npm start","status":"%s","startedAt":"S",\
        "completedAt":"%s","exitCode":%d,"workingDir":"","logs":"","stdout":"","stderr":""}"""
        .formatted(pid, status, completedAt, exitCode);
  }

  private static final String RUNNING = record("17", "running", "", 0);

  private static MockResponse file(byte[] bytes, RecordedRequest request) {
    String range = String.valueOf(request.getHeaders().get("Range")).substring("bytes=".length());
    int from = Integer.parseInt(range.split("-", 2)[0]);
    int to = (int) Math.min(bytes.length - 1L, Long.parseLong(range.split("-", 2)[1]));
    MockResponse.Builder response = new MockResponse.Builder();
    if (bytes.length == 0) {
      return response.build();
    }
    if (from >= bytes.length) {
      return response.code(416).addHeader("Content-Range", "bytes */" + bytes.length).build();
    }
    return response
        .code(206)
        .addHeader("Content-Range", "bytes %d-%d/%d".formatted(from, to, bytes.length))
        .body(new Buffer().write(bytes, from, to - from + 1))
        .build();
  }

  private void files(byte[] out, byte[] err) {
    blaxel.always(OUT, request -> file(out, request));
    blaxel.always(ERR, request -> file(err, request));
    blaxel.always(FILES, request -> ScriptedBlaxel.json(404, MISSING));
    blaxel.always("GET /sbx/health", request -> ScriptedBlaxel.json(200, "{\"upgradeCount\":0}"));
  }

  /** What the record tells, one after the other; the last for ever. */
  private void records(String... records) {
    AtomicInteger next = new AtomicInteger();
    blaxel.always(
        RECORD,
        request ->
            ScriptedBlaxel.json(
                200, records[Math.min(next.getAndIncrement(), records.length - 1)]));
  }

  private BlaxelSandbox sandbox() {
    return blaxel.sandbox(blaxel.open(blaxel.exact()));
  }

  private List<ProcessEvent> events(BlaxelProcess process) {
    List<ProcessEvent> all = new ArrayList<>();
    try (process;
        EventStream<ProcessEvent> events = process.events()) {
      events.forEach(all::add);
    }
    return all;
  }

  private static String text(List<ProcessEvent> events, Channel channel) {
    StringBuilder text = new StringBuilder();
    for (ProcessEvent event : events) {
      if (event instanceof Output output && output.channel() == channel) {
        text.append(output.text());
      }
    }
    return text.toString();
  }

  @Test
  void filesAreReadToTheLastByteAndTheRecordTellsTheEnd() {
    files("out\n".getBytes(UTF_8), "err\n".getBytes(UTF_8));
    records(RUNNING, RUNNING, record("17", "failed", "E", 7));
    List<ProcessEvent> events = events(sandbox().processes().attachNamed("web"));

    assertThat(text(events, Channel.STDOUT)).isEqualTo("out\n");
    assertThat(text(events, Channel.STDERR)).isEqualTo("err\n");
    assertThat(events.get(events.size() - 1)).isEqualTo(new Ended(new ExitStatus.Exited(7)));
  }

  @Test
  void anExitCodeOfOurWrapperIsAnotherProcesssOwn() {
    for (int code : new int[] {75, 125, 126}) {
      files(new byte[0], new byte[0]);
      records(RUNNING, RUNNING, record("17", "failed", "E", code));

      assertThat(events(sandbox().processes().attachNamed("web")))
          .containsExactly(new Ended(new ExitStatus.Exited(code)));
    }
  }

  @Test
  void stoppedProvesNothing() {
    files("out\n".getBytes(UTF_8), new byte[0]);
    records(RUNNING, record("17", "stopped", "", 0), record("17", "stopped", "E", -1));
    List<ProcessEvent> events = events(sandbox().processes().attachNamed("web"));

    assertThat(events.get(events.size() - 1))
        .isEqualTo(new Ended(new ExitStatus.Signaled(Signal.UNKNOWN)));
  }

  @Test
  void aHeadThatWasCutOffIsAGap() {
    byte[] out = new byte[400_000];
    Arrays.fill(out, 8192, out.length, (byte) 'x');
    files(out, new byte[0]);
    records(RUNNING, record("17", "completed", "E", 0));
    List<ProcessEvent> events = events(sandbox().processes().attachNamed("web"));

    OutputGap gap = (OutputGap) events.get(0);
    assertThat(gap.from()).isEqualTo(OptionalLong.of(0));
    assertThat(gap.to()).isEqualTo(OptionalLong.of(8192));
    assertThat(text(events, Channel.STDOUT)).isEqualTo("x".repeat(400_000 - 8192));
  }

  @Test
  void zerosThatAProgramWroteAreItsOutput() {
    files(new byte[10_000], new byte[0]);
    records(RUNNING, record("17", "completed", "E", 0));
    List<ProcessEvent> events = events(sandbox().processes().attachNamed("web"));

    assertThat(text(events, Channel.STDOUT)).isEqualTo("\0".repeat(10_000));
  }

  @Test
  void aLaterProcessOfTheNameIsAnother() {
    files("out\n".getBytes(UTF_8), new byte[0]);
    records(RUNNING, RUNNING, record("18", "running", "", 0));
    BlaxelProcess process = sandbox().processes().attachNamed("web");

    assertThatThrownBy(process::waitFor)
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("its name now belongs to another process");
    process.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 500})
  void whereTheServersFilesCannotBeReadAttachingIsRefused(int status) {
    String error = status == 404 ? MISSING : "{\"error\":\"open x: permission denied\"}";
    blaxel.always(OUT, request -> file("out\n".getBytes(UTF_8), request));
    blaxel.always(ERR, request -> ScriptedBlaxel.json(status, error));
    blaxel.always(FILES, request -> ScriptedBlaxel.json(404, MISSING));
    records(RUNNING);
    BlaxelSandbox sandbox = sandbox();

    assertThatThrownBy(() -> sandbox.processes().attachNamed("web"))
        .isInstanceOf(UnsupportedCapabilityException.class)
        .hasMessageContaining("/var/log/sandbox-api/web.stderr.log");
  }

  /** Its text begins as a wrapper's does, and names what no wrapper of ours is given. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'/etc' '/tmp/sp-0123456789abcdef0123456789abcdef'",
        "'/tmp/../etc' '/tmp/../etc/sp-0123456789abcdef0123456789abcdef'",
        "'tmp' 'tmp/sp-0123456789abcdef0123456789abcdef'",
        "'/tmp' '/tmp/passwd'",
        "'/t mp' '/t mp/sp-0123456789abcdef0123456789abcdef'"
      })
  void aWrapperThatNamesNoDirectoryOfOursIsNotFollowedAndNothingElseIsRead(String place) {
    blaxel.always(FILES, request -> ScriptedBlaxel.json(404, MISSING));
    String text =
        "exec /bin/sh -c \\\"$SANDPIPER_WRAP\\\" sh " + place + " '' 1 4 1 '' '' '' '' sleep 60";
    records(RUNNING.replace("npm start", text));
    BlaxelSandbox sandbox = sandbox();

    assertThatThrownBy(() -> sandbox.processes().attachNamed("web"))
        .isInstanceOf(UnsupportedCapabilityException.class)
        .hasMessageContaining(
            "its wrapper writes to a directory that this version does not support");
  }

  @Test
  void aWrapperInAnotherDirectoryIsLookedForThere() {
    String id = "sp-0123456789abcdef0123456789abcdef";
    String there = "GET /sbx/filesystem/%2Fmnt%2Fout";
    blaxel.always(there, request -> ScriptedBlaxel.json(404, MISSING));
    String text =
        "exec /bin/sh -c \\\"$SANDPIPER_WRAP\\\" sh /mnt/out /mnt/out/%s '' 1 4 1 '' '' '' '' true";
    records(record("17", "completed", "E", 0).replace("npm start", text.formatted(id)));
    BlaxelSandbox sandbox = sandbox();

    assertThatThrownBy(() -> sandbox.processes().attachNamed("web"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("the process has ended, and /mnt/out has no output of it");
  }

  @Test
  void aClientThatStreamsAllAsksNothingToRefuseAttaching() {
    BlaxelProcesses processes = blaxel.sandbox().processes();
    List.<Runnable>of(() -> processes.attachNamed("web"), processes::list)
        .forEach(
            call ->
                assertThatThrownBy(call::run).isInstanceOf(UnsupportedCapabilityException.class));
  }
}
