package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.Process;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.proto.ProcessProto.SendSignalResponse;
import dev.sandpiper.testing.CapturedLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Everything is done once with secrets that can be recognised, and none may be said again. */
class SecretsTest {
  private static final String KEY = "e2b_deadbeef5ec2e7";
  private static final String MARK = "s3cr3t";
  private static final String CREATED =
      """
      {"templateID": "base", "sandboxID": "isb1", "envdVersion": "0.6.13",
       "envdAccessToken": "s3cr3t-token", "trafficAccessToken": "s3cr3t-traffic"}""";
  private static final Command COMMAND =
      Command.of("curl", "-H", "s3cr3t-argument")
          .environment("PASSWORD", "s3cr3t-value")
          .timeout(Duration.ofMinutes(1));

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();
  private final List<String> said = new ArrayList<>();

  private void say(Object text) {
    said.add(String.valueOf(text));
  }

  /** Runs it, and hears what it says about its failure, causes and all. */
  private void fails(Runnable action) {
    try {
      action.run();
      throw new AssertionError("it was to fail");
    } catch (RuntimeException e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      say(trace);
      if (e instanceof SandboxException known) {
        say(known.failure());
      }
    }
  }

  private void assertNothingWasSaid() {
    said.addAll(CapturedLog.lines());
    assertThat(said).isNotEmpty();
    assertThat(said)
        .noneMatch(line -> line.contains(MARK))
        .noneMatch(line -> line.contains(KEY))
        .noneMatch(line -> line.contains("X-Access-Token:"))
        .noneMatch(line -> line.contains("?path="));
  }

  private void takeAll(int requests) throws Exception {
    for (int i = 0; i < requests; i++) {
      e2b.take();
    }
  }

  private E2bSandbox create() {
    E2bClient client = e2b.open(e2b.builder().apiKey(KEY));
    e2b.answer(201, CREATED);
    return client.create(
        SandboxSpec.standard().environment("TOKEN", "s3cr3t-env").label("note", "s3cr3t-label"));
  }

  @Test
  void whatGoesWellIsLoggedWithoutSecrets() throws Exception {
    E2bSandbox sandbox = create();
    say(sandbox);
    say(sandbox.endpoint(80));
    say(COMMAND);
    e2b.answer(
        Frames.stream(
            Frames.start(7), Frames.stdout("s3cr3t-output"), Frames.exited(0), Frames.goodbye()));
    say(sandbox.processes().exec(COMMAND));
    e2b.answer(200, "[{}]");
    sandbox.files().write("/tmp/a", Content.of("s3cr3t-content"));
    e2b.answer(new MockResponse.Builder().body("s3cr3t-content").build());
    try (InputStream stream = sandbox.files().read("/tmp/a")) {
      say(stream.readAllBytes().length);
    }
    e2b.answer(200, "[]");
    e2b.client().list(SandboxFilter.all().label("note", "s3cr3t-label")).forEach(this::say);
    e2b.answer(204, "");
    sandbox.close();
    takeAll(6);
    assertThat(CapturedLog.lines())
        .anyMatch(line -> line.startsWith("DEBUG create POST 127.0.0.1/v2/sandboxes 201 "))
        .anyMatch(line -> line.startsWith("DEBUG read GET 127.0.0.1/files 200 "));
    assertNothingWasSaid();
  }

  @Test
  void whatGoesWrongIsToldWithoutSecrets() throws Exception {
    E2bSandbox sandbox = create();
    e2b.answer(
        Frames.stream(
            Frames.error(
                "invalid_argument",
                "error starting process '/bin/sh -c x sh apart curl -H s3cr3t-argument':"
                    + " fork/exec /bin/sh: argument list too long")));
    fails(() -> sandbox.processes().exec(COMMAND));
    e2b.answer(401, "{\"message\": \"unauthorized\", \"code\": 401}");
    fails(() -> sandbox.processes().exec(COMMAND));
    e2b.answer(Frames.cut(Frames.start(7), Frames.stdout("s3cr3t-output")));
    e2b.answer(new MockResponse.Builder().code(502).build());
    fails(() -> sandbox.processes().exec(COMMAND));
    e2b.answer(Frames.stream(Frames.start(7), new byte[] {0, 0, 0, 0, 3, 's', '3', 'c'}));
    e2b.answer(Frames.list());
    e2b.answer(Frames.stream(Frames.start(8), Frames.exited(0), Frames.goodbye()));
    fails(() -> sandbox.processes().exec(COMMAND));
    e2b.answer(Frames.nothing());
    e2b.answer(Frames.list());
    e2b.answer(Frames.list());
    e2b.answer(Frames.stream(Frames.error("not_found", "not found")));
    fails(() -> sandbox.processes().exec(COMMAND));
    e2b.answer(
        Frames.stream(
            Frames.start(7), Frames.stdout("s3cr3t-out"), Frames.exited(2), Frames.goodbye()));
    fails(() -> sandbox.processes().exec(COMMAND).orThrow());
    e2b.answer(Frames.nothing());
    fails(() -> sandbox.files().write("/tmp/a", Content.of("s3cr3t-content")));
    fails(
        () ->
            sandbox
                .files()
                .write(
                    "/tmp/a",
                    Content.of(
                        () -> {
                          throw new IOException("broken");
                        })));
    e2b.answer(
        new MockResponse.Builder()
            .body("s3cr3t-content")
            .setHeader("Content-Length", 99)
            .onResponseEnd(new mockwebserver3.SocketEffect.CloseSocket())
            .build());
    fails(() -> download(sandbox));
    e2b.answer(500, "");
    sandbox.close();
    takeAll(16);
    assertNothingWasSaid();
  }

  private static void download(E2bSandbox sandbox) {
    sandbox.files().download("/tmp/a", java.nio.file.Path.of("target", "never"));
  }

  @Test
  void aCreateThatWasLostIsToldWithoutSecrets() throws Exception {
    E2bClient client = e2b.open(e2b.builder().apiKey(KEY));
    SandboxSpec spec = SandboxSpec.standard().environment("TOKEN", "s3cr3t-env");
    e2b.answer(Frames.nothing());
    e2b.answer(200, "[]");
    e2b.answer(401, "");
    fails(() -> client.create(spec));
    e2b.answer(
        201,
        "{\"sandboxID\": \"isb1\", \"envdAccessToken\": \"s3cr3t\\n\", \"envdVersion\": \"0.6.13\"}");
    e2b.answer(204, "");
    fails(() -> client.create(spec));
    takeAll(5);
    say(spec);
    say(E2bSandboxSpec.of(spec));
    say(E2bCommand.tagged(COMMAND, "tag"));
    assertNothingWasSaid();
  }

  @Test
  void stoppingIsToldWithoutSecrets() throws Exception {
    E2bSandbox sandbox = create();
    CountDownLatch killed = new CountDownLatch(1);
    e2b.answer(Frames.held(killed, Frames.start(7), Frames.killedBy("killed"), Frames.goodbye()));
    e2b.answerWith(() -> Frames.list(Frames.running(7, e2b.nonce())));
    e2b.answer(Frames.stream(Frames.start(8), Frames.exited(1), Frames.goodbye()));
    e2b.answerWith(() -> Frames.list(Frames.running(7, e2b.nonce())));
    e2b.answerWith(
        () -> {
          killed.countDown();
          return Frames.unary(SendSignalResponse.getDefaultInstance());
        });
    try (Process process = sandbox.processes().start(COMMAND)) {
      say(process.ref());
    }
    takeAll(6);
    assertNothingWasSaid();
    sandbox.detach();
  }

  @Test
  void aStreamThatFailsInTheCallersHandsKeepsItsOwnWordsOnly() throws Exception {
    E2bSandbox sandbox = create();
    InputStream source =
        new java.io.FilterInputStream(new ByteArrayInputStream(new byte[0])) {
          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            throw new IOException("the caller's own words");
          }
        };
    fails(() -> sandbox.files().write("/tmp/a", Content.of(source)));
    takeAll(1);
    assertThat(said).anyMatch(line -> line.contains("the caller's own words"));
    assertNothingWasSaid();
    sandbox.detach();
  }
}
