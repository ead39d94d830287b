package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.Signal;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the server and the way to it do wrong, and commands by files in spite of it. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ExactFaultsTest {
  @RegisterExtension final RealProcesses blaxel = new RealProcesses();

  private static boolean isListing(RecordedRequest request) {
    String target = request.getTarget();
    return target.startsWith("/sbx/filesystem") && target.endsWith("out");
  }

  private static boolean isReading(RecordedRequest request) {
    return request.getHeaders().get("Range") != null;
  }

  private static boolean isStart(RecordedRequest request) {
    return request.getMethod().equals("POST");
  }

  /** Gives the first requests of a kind another answer. */
  private AtomicInteger instead(Predicate<RecordedRequest> kind, int times, MockResponse answer) {
    AtomicInteger count = new AtomicInteger();
    blaxel.meddle(
        "another answer",
        request -> kind.test(request) && count.incrementAndGet() <= times ? answer : null);
    return count;
  }

  private static MockResponse plain(int status, String body) {
    return new MockResponse.Builder()
        .code(status)
        .addHeader("Content-Type", "text/plain; charset=utf-8")
        .body(body)
        .build();
  }

  private void execIsExact() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = RealProcesses.byFiles(sandbox, "seq 1 1000; echo e >&2; exit 5");

      assertThat(result.stdout().text()).startsWith("1\n2\n").endsWith("\n1000\n").hasSize(3893);
      assertThat(result.stderr().text()).isEqualTo("e\n");
      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(5));
    }
    blaxel.assertClean();
  }

  @Test
  void aFileThatVanishesDuringAListingIsListedAgain() {
    AtomicInteger count =
        instead(
            ExactFaultsTest::isListing,
            3,
            ScriptedBlaxel.json(422, "{\"error\":\"lstat x: no such file\"}"));
    execIsExact();
    assertThat(count.get()).isGreaterThan(3);
  }

  @Test
  void filesThatKeepVanishingFromListingsAreNoLostSandbox() {
    blaxel.silenceWatches();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4); // twice as long as a lost one takes
    AtomicInteger count = new AtomicInteger();
    blaxel.meddle(
        "listings that fail",
        request -> {
          boolean isMeant = isListing(request) && System.nanoTime() < end;
          return isMeant && count.incrementAndGet() > 0
              ? ScriptedBlaxel.json(422, "{\"error\":\"lstat x: no such file or directory\"}")
              : null;
        });
    execIsExact();
    assertThat(System.nanoTime()).isGreaterThan(end);
    assertThat(count.get()).isGreaterThan(8);
  }

  @Test
  void anAnswerThatAnotherStreamSpoiltIsAskedForAgain() {
    instead(ExactFaultsTest::isReading, 4, plain(200, "[keepalive]\nabc"));
    execIsExact();
  }

  @Test
  void aPartThatIsShorterThanItSaysIsAskedForAgain() {
    MockResponse shorter =
        new MockResponse.Builder()
            .code(206)
            .addHeader("Content-Range", "bytes 0-99/100")
            .addHeader("Content-Disposition", "attachment")
            .body("[keepalive]\n1\n2\n")
            .build();
    instead(ExactFaultsTest::isReading, 4, shorter);
    execIsExact();
  }

  @Test
  void aPartOfAnotherPlaceIsAskedForAgain() {
    MockResponse other =
        new MockResponse.Builder()
            .code(206)
            .addHeader("Content-Range", "bytes 5-7/100")
            .body("abc")
            .build();
    instead(ExactFaultsTest::isReading, 4, other);
    execIsExact();
  }

  @Test
  void aSandboxThatIsOutOfReachForAMomentLosesNothing() {
    instead(ExactFaultsTest::isListing, 5, plain(502, "<html>bad gateway</html>"));
    execIsExact();
  }

  @Test
  void aSandboxThatStaysOutOfReachIsALostConnection() {
    blaxel.silenceWatches(); // where it is quick enough it tells all that a listing would
    instead(ExactFaultsTest::isListing, Integer.MAX_VALUE, plain(502, "<html>bad gateway</html>"));
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThatThrownBy(() -> RealProcesses.byFiles(sandbox, "exec sleep 0.1"))
          .isInstanceOf(ConnectionLostException.class)
          .hasMessageContaining("unreachable for 2 s");
    } finally {
      blaxel.leaveInPeace();
    }
  }

  @Test
  void linesThatAreNoEventsAreOvercome() throws IOException {
    MockResponse garbage =
        plain(200, "[keepalive]\n{\"op\":\"CRE{\"op\":\"WRITE\"}\n\n[keep{}\nnull\n[]\n7\n");
    instead(request -> request.getTarget().startsWith("/sbx/watch"), 2, garbage);
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(RealProcesses.byFiles(sandbox, "echo a; sleep 0.4; echo b").stdout().text())
          .isEqualTo("a\nb\n");
    }
    blaxel.assertClean();
  }

  @Test
  void aWatchThatIsRefusedIsNotNeeded() {
    instead(
        request -> request.getTarget().startsWith("/sbx/watch"),
        Integer.MAX_VALUE,
        ScriptedBlaxel.json(500, "{\"error\":\"too many open files\"}"));
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(RealProcesses.byFiles(sandbox, "echo a; sleep 0.4; echo b").stdout().text())
          .isEqualTo("a\nb\n");
    }
    blaxel.assertClean();
  }

  @Test
  void aStartWhoseAnswerIsLostIsAdoptedAndNotRepeated() throws IOException {
    Path count = blaxel.directory.resolve("count");
    AtomicBoolean lost = new AtomicBoolean();
    blaxel.meddle(
        "a lost answer",
        request -> {
          if (isStart(request) && lost.compareAndSet(false, true)) {
            blaxel.answerUnheard(request);
            return new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build();
          }
          return null;
        });
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result =
          RealProcesses.byFiles(sandbox, "echo x >>" + count + "; echo out; exit 2");

      assertThat(result.stdout().text()).isEqualTo("out\n");
      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(2));
      assertThat(Files.readString(count)).isEqualTo("x\n");
    }
    blaxel.assertClean();
  }

  @Test
  void aStartThatArrivesTwiceIsAdopted() throws IOException {
    Path count = blaxel.directory.resolve("count");
    AtomicBoolean twice = new AtomicBoolean();
    blaxel.meddle(
        "a second arrival",
        request -> {
          if (isStart(request) && twice.compareAndSet(false, true)) {
            blaxel.answerUnheard(request);
            return ScriptedBlaxel.json(
                400, "{\"error\":\"process with name 'sp-1' already exists and is running\"}");
          }
          return null;
        });
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result =
          RealProcesses.byFiles(sandbox, "echo x >>" + count + "; echo out; exit 2");

      assertThat(result.stdout().text()).isEqualTo("out\n");
      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(2));
      assertThat(Files.readString(count)).isEqualTo("x\n");
    }
    assertThat(twice).isTrue();
    blaxel.assertClean();
  }

  @Test
  void aRefusedStartWritesNoLeaseForAProcessThatNeverWas() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(RealProcesses.byFiles(sandbox, "exit 4").exit())
          .isEqualTo(new ExitStatus.Exited(4));
      instead(ExactFaultsTest::isStart, 1, ScriptedBlaxel.json(400, "{\"error\":\"no\"}"));
      blaxel.requests.clear();
      assertThatThrownBy(() -> sandbox.processes().start(Command.of("true")))
          .isInstanceOf(InvalidRequestException.class);
    }
    assertThat(blaxel.requests).noneMatch(request -> request.startsWith("PUT"));
    blaxel.assertClean();
  }

  @Test
  void aStartThatIsRefusedLeavesNothing() {
    instead(ExactFaultsTest::isStart, 1, ScriptedBlaxel.json(500, "{\"error\":\"no memory\"}"));
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThatThrownBy(() -> sandbox.exec("true"))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("it is unknown whether true ran");
      assertThat(sandbox.exec("true").exit().isSuccess()).isTrue();
    }
    blaxel.assertClean();
  }

  @Test
  void anEndThatAnUpgradedServerMayHaveGuessedIsUnreported() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().start(Command.shell("echo go; exec sleep 1000"));
        var events = process.events()) {
      events.next();
      blaxel.sayThatItWasUpgraded();
      process.signal(Signal.KILL);

      assertThat(process.waitFor()).isInstanceOf(ExitStatus.Unreported.class);
    }
    blaxel.assertClean();
  }

  @Test
  void anIdleSandboxHoldsNoConnection() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(RealProcesses.byFiles(sandbox, "sleep 0.2; echo x").stdout().text())
          .isEqualTo("x\n");
      Patience.until("no watch is open", () -> blaxel.openWatches() == 0);
    }
  }
}
