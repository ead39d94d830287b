package dev.sandpiper.testkit.matrix;

import static dev.sandpiper.testkit.matrix.Request.Answer.EMPTY;
import static dev.sandpiper.testkit.matrix.Request.Answer.EVENTS;
import static dev.sandpiper.testkit.matrix.Request.Answer.SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What is done with commands and processes. */
enum ProcessOperation implements Operation {
  EXEC {
    @Override
    public boolean isPossibleOn(Row row) {
      return true;
    }

    @Override
    public List<Request> requests(Row row) {
      if (!row.isBlaxel()) return List.of(Request.post("Process/Start", EVENTS));
      return List.of(Request.post("/process HTTP", row.isStreamed() ? EVENTS : SHORT));
    }

    @Override
    public void act(Trial trial) throws Exception {
      if (trial.cell().ending() == Ending.CANCELLED_FUTURE) {
        CompletableFuture<ExecResult> future = trial.faulty().processes().execAsync(command(trial));
        trial.future = future;
        trial.returned = future.get();
      } else {
        trial.returned = trial.cell().row().exec(trial.faulty(), command(trial));
      }
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      checkThatItRanOnce(trial, thrown);
      if (thrown == null) {
        ExecResult result = (ExecResult) requireNonNull(trial.returned);
        assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
        if (trial.isUndisturbed()) assertThat(result.stdout().isComplete()).isTrue();
        if (sharesItsOutput(trial)) return;
        if (result.stdout().isComplete()) assertThat(result.outText()).isEqualTo("out");
        if (result.stderr().isComplete()) assertThat(result.errText()).isEqualTo("err");
      }
    }
  },

  /** Start, and read all events. */
  FOLLOW {
    @Override
    public boolean isPossibleOn(Row row) {
      return true;
    }

    @Override
    public List<Request> requests(Row row) {
      return EXEC.requests(row);
    }

    @Override
    public void act(Trial trial) {
      List<ProcessEvent> events = new ArrayList<>();
      try (Process process = trial.cell().row().start(trial.faulty(), command(trial))) {
        process.events().forEach(events::add);
      }
      trial.returned = events;
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      checkThatItRanOnce(trial, thrown);
      if (thrown == null) {
        List<?> events = (List<?>) requireNonNull(trial.returned);
        assertThat(events.get(events.size() - 1))
            .isEqualTo(new ProcessEvent.Ended(new ExitStatus.Exited(3)));
        if (sharesItsOutput(trial)) return;
        if (events.stream().noneMatch(ProcessEvent.OutputGap.class::isInstance)) {
          assertThat(text(events, ProcessEvent.Channel.STDOUT)).isEqualTo("out");
        } else {
          assertThat(trial.isUndisturbed()).as("undisturbed, with a gap").isFalse();
        }
      }
    }
  },

  /** What was started is gone after close. */
  CLOSE_PROCESS {
    @Override
    public boolean isPossibleOn(Row row) {
      return true;
    }

    @Override
    public List<Request> requests(Row row) {
      return stopping(row);
    }

    @Override
    public void prepare(Trial trial) throws Exception {
      trial.prepared = started(trial, trial.shell(SLEEP));
    }

    @Override
    public void act(Trial trial) {
      process(trial).close();
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (trial.cell().leavesAWay() && trial.cell().ending() == Ending.ITSELF) {
        trial.eventually("the process has gone", () -> !trial.isAlive("pid"));
      }
    }
  },

  KILL_PROCESS {
    @Override
    public List<Request> requests(Row row) {
      return stopping(row);
    }

    @Override
    public void prepare(Trial trial) throws Exception {
      trial.prepared = started(trial, trial.shell(SLEEP));
    }

    @Override
    public void act(Trial trial) {
      trial.returned = process(trial).kill();
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (thrown == null) {
        trial.eventually("the process has gone", () -> !trial.isAlive("pid"));
      }
    }
  },

  SIGNAL {
    @Override
    public List<Request> requests(Row row) {
      return row.isBlaxel()
          ? List.of(Request.get("/process/sp-", SHORT), Request.post("/process HTTP", SHORT))
          : stopping(row);
    }

    @Override
    public void prepare(Trial trial) throws Exception {
      String script =
          "trap 'echo got >> got; exit 3' USR1; echo $$ > pid; while :; do sleep 0.1; done";
      trial.prepared = started(trial, trial.shell(script));
    }

    @Override
    public void act(Trial trial) {
      trial.returned = process(trial).signal(Signal.USR1);
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (thrown == null) trial.eventually("it was signalled", () -> trial.lines("got") >= 1);
      assertThat(trial.lines("got")).as("signals").isBetween(0, mostTimes(trial));
    }
  },

  SEND_INPUT {
    @Override
    public List<Request> requests(Row row) {
      return row.isBlaxel()
          ? List.of(Request.post(".i.", SHORT), Request.post(".z.", SHORT))
          : List.of(
              Request.post("Process/SendInput", EMPTY), Request.post("Process/CloseStdin", EMPTY));
    }

    @Override
    public void prepare(Trial trial) throws Exception {
      Command command = trial.shell("echo $$ > pid; cat > got; exit 3").openStdin();
      trial.prepared = started(trial, command);
    }

    @Override
    public void act(Trial trial) throws Exception {
      Process process = process(trial);
      process.stdin().write("some input\n".getBytes(UTF_8));
      process.stdin().close();
      trial.returned = process.waitFor();
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (thrown == null) {
        assertThat(trial.returned).isEqualTo(new ExitStatus.Exited(3));
        boolean isTwice = trial.cell().fault() == FaultKind.DUPLICATE; // nothing keeps it away
        if (!isTwice) assertThat(trial.text("got")).isEqualTo("some input\n");
      } else {
        assertThat("some input\n").startsWith(trial.text("got"));
      }
    }
  },

  /** Follows to its end what another client has started. */
  ATTACH {
    @Override
    public List<Request> requests(Row row) {
      return row.isBlaxel()
          ? List.of(Request.get("GET ", SHORT))
          : List.of(Request.get("Process/List", SHORT), Request.post("Process/Connect", EVENTS));
    }

    @Override
    public void prepare(Trial trial) {
      String script = "echo $$ > pid; until [ -e go ]; do sleep 0.05; done; printf out; exit 3";
      trial.prepared = trial.sandbox().start(trial.shell(script)).detach();
    }

    @Override
    public void act(Trial trial) throws Exception {
      ProcessRef ref = (ProcessRef) requireNonNull(trial.prepared);
      try (Process process = trial.faulty().processes().attach(ref)) {
        Files.createFile(trial.path("go"));
        trial.returned = process.waitFor();
      }
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.returned).isEqualTo(new ExitStatus.Exited(3));
    }
  },

  /** Start, and let go. */
  DETACH {
    @Override
    public List<Request> requests(Row row) {
      return row.isBlaxel()
          ? List.of(Request.post("/process HTTP", SHORT))
          : List.of(Request.post("Process/Start", SHORT));
    }

    @Override
    public void act(Trial trial) {
      trial.returned = trial.faulty().start(trial.shell(SLEEP)).detach();
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (thrown == null) trial.eventually("it runs on", () -> trial.isAlive("pid"));
    }
  },

  LIST_PROCESSES {
    @Override
    public List<Request> requests(Row row) {
      return List.of(
          row.isBlaxel()
              ? Request.get("/process HTTP", SHORT)
              : Request.get("Process/List", SHORT));
    }

    @Override
    public void prepare(Trial trial) throws Exception {
      trial.prepared = started(trial, trial.shell(SLEEP));
    }

    @Override
    public void act(Trial trial) {
      ProcessRef ref = process(trial).ref();
      trial.returned =
          trial.faulty().processes().list().stream().anyMatch(each -> each.ref().equals(ref));
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.returned).as("it is listed").isEqualTo(true);
    }
  };

  private static final String SLEEP = "echo $$ > pid; exec sleep 100";

  @Override
  public void clean(Trial trial) throws Exception {
    trial.killProcess("pid");
  }

  /** Ends by itself where the call does. */
  private static Command command(Trial trial) {
    String begin = "echo run >> runs; echo $$ > pid; printf out; printf err >&2; ";
    boolean isEnded = trial.cell().ending() != Ending.ITSELF;
    boolean goesOn = isEnded && !trial.cell().moment().isBehindTheEnd();
    return trial.shell(begin + (goesOn ? "exec sleep 100" : "exit 3"));
  }

  /** At most once, and exactly once if there is a result; what was given up has been stopped. */
  private static void checkThatItRanOnce(Trial trial, @Nullable Throwable thrown) throws Exception {
    assertThat(trial.lines("runs")).as("runs").isBetween(thrown == null ? 1 : 0, mostTimes(trial));
    boolean isGivenUp = thrown != null && trial.cell().ending() != Ending.CLOSE;
    if (isGivenUp && trial.cell().leavesAWay()) {
      trial.eventually("the command has gone", () -> !trial.isAlive("pid"));
    }
  }

  /** Nothing keeps a request that arrives twice from being obeyed twice. */
  private static int mostTimes(Trial trial) {
    return trial.cell().fault() == FaultKind.DUPLICATE ? 2 : 1;
  }

  /** Of a start that arrives twice Blaxel's server may run both, which write to the same files. */
  private static boolean sharesItsOutput(Trial trial) {
    return trial.cell().fault() == FaultKind.DUPLICATE && trial.cell().row().isBlaxel();
  }

  private static Process started(Trial trial, Command command) throws Exception {
    Process process = trial.cell().row().start(trial.faulty(), command);
    trial.eventually("it runs", () -> trial.lines("pid") == 1);
    return process;
  }

  private static Process process(Trial trial) {
    return (Process) requireNonNull(trial.prepared);
  }

  private static List<Request> stopping(Row row) {
    return row.isBlaxel()
        ? List.of(Request.post("/process HTTP", SHORT))
        : List.of(Request.get("Process/List", SHORT), Request.post("Process/Start", SHORT));
  }

  private static String text(List<?> events, ProcessEvent.Channel channel) {
    StringBuilder text = new StringBuilder();
    for (Object event : events) {
      if (event instanceof ProcessEvent.Output output && output.channel() == channel) {
        text.append(output.text());
      }
    }
    return text.toString();
  }
}
