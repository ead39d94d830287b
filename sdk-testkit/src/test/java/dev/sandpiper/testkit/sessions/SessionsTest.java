package dev.sandpiper.testkit.sessions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sandpiper.Command;
import dev.sandpiper.CommandFailedException;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.OutputListener;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.sessions.Session;
import dev.sandpiper.e2b.sessions.SessionEnvironment;
import dev.sandpiper.e2b.sessions.SessionsClient;
import dev.sandpiper.e2b.sessions.SessionsClientBuilder;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Our client against the embedded server, with real processes. */
@Timeout(60)
class SessionsTest {
  private static final Instant DOCUMENTED = Instant.ofEpochSecond(1_690_899_755L, 863_633_000);
  private static final List<String> THOUSAND =
      IntStream.rangeClosed(1, 1000).mapToObj(Integer::toString).toList();

  private final TestClock clock = new TestClock(DOCUMENTED);
  private LocalSandboxes local;
  private SessionsClient client;
  private Session session;

  @BeforeEach
  void createSession() {
    local = LocalSandboxes.builder().sessionsClock(clock).start();
    client = local.sessionsClient();
    session = client.create(SessionEnvironment.BASH.spec());
  }

  @AfterEach
  void proveThatNothingIsLeft() {
    session.close();
    client.close();
    local.close();
    SessionLeftovers.awaitNone(session.id());
  }

  @Test
  void whatACommandPrintsComesWithTheServersTime() {
    List<Output> shown = new ArrayList<>();
    ExecResult result = session.processes().exec(Command.of("echo", "22"), shown::add);
    assertThat(result.stdout().text()).isEqualTo("22\n");
    assertThat(shown)
        .singleElement()
        .extracting(o -> o.writtenAt().orElseThrow())
        .isEqualTo(DOCUMENTED);
  }

  @Test
  void whetherACommandSucceededCannotBeKnownAndOrThrowSaysSo() {
    ExecResult result = session.exec("true");
    assertThat(result.exit()).isInstanceOf(ExitStatus.Unreported.class);
    assertThat(result.exit().isSuccess()).isFalse();
    assertThatThrownBy(result::orThrow)
        .isInstanceOf(CommandFailedException.class)
        .hasMessage(
            "exec true: it is unknown whether it succeeded: E2B's sessions API does not report"
                + " how a process ends");
  }

  @Test
  void aThousandLinesAtOnceComeOnceEachAndInOrder() {
    List<String> lines = new ArrayList<>();
    ExecResult result =
        session
            .processes()
            .exec(
                Command.of("seq", "1000"),
                OutputListener.lines((channel, line) -> lines.add(line)));
    assertThat(lines).isEqualTo(THOUSAND);
    assertThat(result.stdout().isComplete()).isTrue();
    assertThat(session.exec("seq", "1000").stdout().text())
        .isEqualTo(String.join("\n", THOUSAND) + "\n");
  }

  @Test
  void aThousandLinesThatComeSlowlyComeOnceEachAndInOrder() throws Exception {
    Command slow =
        Command.shell("for i in $(seq 1000); do echo $i; [ $((i % 50)) = 0 ] && sleep 0.05; done");
    List<String> lines = new ArrayList<>();
    try (Process process = session.processes().start(slow)) {
      for (ProcessEvent event : process.events()) {
        if (event instanceof Output output) {
          lines.add(output.text().strip());
        }
      }
      assertThat(process.waitFor()).isInstanceOf(ExitStatus.Unreported.class);
    }
    assertThat(lines).isEqualTo(THOUSAND);
  }

  @Test
  void argumentsAndVariablesArriveAsTheyAre() {
    List<String> odd = List.of("a b", "'", "\"", "$HOME", "\\n", "*", "");
    Command command =
        Command.of("printf", Stream.concat(Stream.of("%s|"), odd.stream()).toArray(String[]::new));
    assertThat(session.processes().exec(command).stdout().text())
        .isEqualTo(String.join("|", odd) + "|\n");
    Command variables =
        Command.of("env")
            .environment("A", "it's $HOME")
            .environment("spring.datasource.url", "x y");
    assertThat(session.processes().exec(variables).stdout().text())
        .contains("A=it's $HOME\n", "spring.datasource.url=x y\n");
  }

  @Test
  void directoriesAreRelativeToWhereCommandsStart() {
    session.files().makeDirectory("app");
    assertThat(session.processes().exec(Command.of("pwd").directory("app")).stdout().text())
        .isEqualTo(session.workingDirectory() + "/app\n");
    assertThat(session.homeDirectory()).isEqualTo(session.workingDirectory());
  }

  @Test
  void anInputIsWrittenAndItsEndCannotBeTold() throws Exception {
    try (Process process = session.processes().start(Command.of("cat").openStdin())) {
      var events = process.events();
      OutputStream stdin = process.stdin();
      stdin.write("Grüße\n".getBytes(UTF_8));
      stdin.flush();
      assertThat(events.next()).asInstanceOf(type(Output.class)).returns("Grüße\n", Output::text);
      assertThatThrownBy(stdin::close).hasMessageContaining("STDIN_END");
    }
  }

  @Test
  void aCommandWithoutAnInputReadsTheEndOfFile() {
    assertThat(session.exec("cat").stdout().text()).isEmpty();
  }

  @Test
  void closingAProcessStopsItAndItsChildren() {
    Process process = session.processes().start(Command.shell("sleep 300 & sleep 301; true"));
    SessionLeftovers.awaitSome(session.id());
    process.close();
    SessionLeftovers.awaitNone(session.id());
  }

  @Test
  void aDeadlineStopsACommandAndKeepsWhatItWrote() {
    Command command = Command.shell("echo before; sleep 300").timeout(Duration.ofSeconds(1));
    assertThatThrownBy(() -> session.processes().exec(command))
        .asInstanceOf(type(DeadlineExceededException.class))
        .satisfies(
            e -> {
              // Complete if the server answers the waiting request with the end before it forgets
              // it.
              ExecResult partial = e.partialResult().orElseThrow();
              assertThat(partial.stdout().head()).isEqualTo("before\n".getBytes(UTF_8));
            });
    SessionLeftovers.awaitNone(session.id());
  }

  @Test
  void aProcessIsAttachedToFromItsFirstLineAndFromAPosition() throws Exception {
    Process process = session.processes().start(Command.shell("echo 1; echo 2; sleep 1; echo 3"));
    var events = process.events();
    events.next();
    String position = events.position();
    ProcessRef ref = process.detach();
    assertThat(texts(session.processes().attach(ref))).containsExactly("1\n", "2\n", "3\n");
    assertThat(texts(session.processes().attach(ref, position))).containsExactly("2\n", "3\n");
  }

  private static List<String> texts(Process process) {
    List<String> texts = new ArrayList<>();
    try (process) {
      for (ProcessEvent event : process.events()) {
        if (event instanceof Output output) {
          texts.add(output.text());
        } else {
          assertThat(event).isInstanceOf(Ended.class);
        }
      }
    }
    return texts;
  }

  @Test
  void aProcessOfAnotherSessionIsRefusedOrNotFound() {
    try (Session other = client.create(SessionEnvironment.BASH.spec());
        Process process = other.processes().start(Command.of("sleep", "300"))) {
      ProcessRef ref = process.ref();
      assertThatThrownBy(() -> session.processes().attach(ref))
          .isInstanceOf(InvalidRequestException.class);
      ProcessRef mixed = new ProcessRef(ref.platform(), session.id(), ref.processId(), ref.nonce());
      assertThatThrownBy(() -> session.processes().attach(mixed))
          .asInstanceOf(type(NotFoundException.class))
          .returns(What.PROCESS, NotFoundException::what);
    }
  }

  @Test
  void aSessionThatWasIdleForTenMinutesIsGone() {
    clock.pass(Duration.ofMinutes(9));
    assertThat(session.info().id()).isEqualTo(session.id());
    clock.pass(Duration.ofMinutes(10));
    assertThatThrownBy(() -> session.exec("true"))
        .asInstanceOf(type(NotFoundException.class))
        .returns(What.SANDBOX, NotFoundException::what);
    assertThatThrownBy(() -> client.connect(session.id())).isInstanceOf(NotFoundException.class);
    assertThat(session.kill()).isFalse();
  }

  @Test
  void anOpenSessionIsRefreshed() {
    SessionsClientBuilder builder = SessionsClient.builder().baseUrl(local.sessionsUrl());
    local.sessionsHeaders().forEach(builder::header);
    AtomicInteger answers = new AtomicInteger();
    OkHttpClient counting =
        new OkHttpClient.Builder()
            .addInterceptor(
                chain -> {
                  Response response = chain.proceed(chain.request());
                  answers.incrementAndGet();
                  return response;
                })
            .build();
    builder.httpClient(counting).refreshInterval(Duration.ofMillis(20));
    try (SessionsClient refreshing = builder.build();
        Session kept = refreshing.create(SessionEnvironment.GO.spec())) {
      for (int i = 0; i < 4; i++) {
        clock.pass(Duration.ofMinutes(9));
        int before = answers.get();
        while (answers.get() < before + 2) { // one may have been on its way before
          Thread.onSpinWait();
        }
      }
      assertThat(kept.exec("echo", "alive").stdout().text()).isEqualTo("alive\n");
    }
  }

  @Test
  void aSessionThatIsDeletedWhileAProcessRunsIsReportedByItsReaders() throws Exception {
    Process process = session.processes().start(Command.of("sleep", "300"));
    try (SessionsClient other = local.sessionsClient()) {
      assertThat(other.connect(session.id()).kill()).isTrue();
    }
    assertThatThrownBy(process::waitFor)
        .asInstanceOf(type(NotFoundException.class))
        .returns(What.SANDBOX, NotFoundException::what);
    process.close();
  }

  @Test
  void filesAreTextsAndListingsNames() {
    session.files().write("deep/er/a.txt", Content.of("Grüße\n"));
    assertThat(session.files().readText("deep/er/a.txt")).isEqualTo("Grüße\n");
    assertThat(session.files().list("deep"))
        .extracting(FileInfo::name, FileInfo::type)
        .containsExactly(tuple("er", FileType.DIRECTORY));
    assertThat(session.files().makeDirectory("deep")).isFalse();
    assertThat(session.files().makeDirectory("deep/new")).isTrue();
    assertThat(session.files().delete("deep/er")).isTrue();
    assertThat(session.files().delete("deep/er")).isFalse();
    assertThatThrownBy(() -> session.files().readText("deep/er/a.txt"))
        .isInstanceOf(PlatformException.class);
  }

  @Test
  void aNameThatIsNotAsciiIsListedAsItIs() {
    session.files().write("names/日本 é", Content.of("x"));
    assertThat(session.files().list("names")).extracting(FileInfo::name).containsExactly("日本 é");
  }

  @Test
  void readingADirectoryIsAnErrorOfTheServer() {
    session.files().makeDirectory("folder");
    assertThatThrownBy(() -> session.files().readText("folder"))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("(500)");
  }

  @Test
  void aFileThatIsNotUtf8IsNotReadAsIfItWere() {
    session.shell("printf '\\377' > binary");
    assertThatThrownBy(() -> session.files().readBytes("binary"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("U+FFFD");
  }

  @Test
  void aContentAboveTheServersLimitIsRefusedWithAHint() {
    assertThatThrownBy(() -> session.files().write("long", Content.of("x".repeat(110_000))))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("about 100 KB");
    session.files().write("short", Content.of("x".repeat(100_000)));
    assertThat(session.files().readText("short")).hasSize(100_000);
  }

  @Test
  void anUnknownEnvironmentIsRefused() {
    assertThatThrownBy(() -> client.create(SandboxSpec.template("Cobol")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("create Cobol")
        .hasMessageContaining("Validation Failed");
  }
}
