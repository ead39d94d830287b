package dev.sandpiper.testkit.matrix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.FileInfo;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WriteOptions;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is called, and what has to be true afterwards, whatever went wrong. */
enum Operation {
  /** The command has run once if there is a result, and at most once if there is none. */
  EXEC {
    @Override
    void act(Trial trial) {
      String script = "echo run >> runs; printf out; printf err >&2; exit 3";
      trial.returned = trial.faulty().processes().exec(trial.shell(script));
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      int runs = trial.lines("runs");
      if (thrown == null) {
        ExecResult result = (ExecResult) trial.returned;
        assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
        if (result.stdout().isComplete()) assertThat(result.outText()).isEqualTo("out");
        if (result.stderr().isComplete()) assertThat(result.errText()).isEqualTo("err");
        assertThat(runs).as("runs").isOne();
      } else {
        assertThat(runs).as("runs").isBetween(0, 1);
      }
    }
  },

  /** What was started is gone after close. */
  START_AND_CLOSE {
    @Override
    void act(Trial trial) {
      Command command = trial.shell("echo run >> runs; echo $$ > pid; echo ready; exec sleep 100");
      try (Process process = trial.faulty().processes().start(command);
          EventStream<ProcessEvent> events = process.events()) {
        events.next();
      }
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      assertThat(trial.lines("runs")).as("runs").isBetween(0, 1);
      trial.eventually("the process has gone", () -> !trial.isAlive("pid"));
    }
  },

  SEND_INPUT {
    private Process process(Trial trial) {
      return (Process) requireNonNull(trial.prepared);
    }

    @Override
    void prepare(Trial trial) {
      trial.prepared =
          trial.faulty().processes().start(trial.shell("cat > got; exit 3").openStdin());
    }

    @Override
    void act(Trial trial) throws Exception {
      try (Process process = process(trial)) {
        process.stdin().write("some input\n".getBytes(UTF_8));
        process.stdin().close();
        trial.returned = process.waitFor();
      }
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (thrown == null) {
        assertThat(trial.returned).isEqualTo(new ExitStatus.Exited(3));
        assertThat(trial.text("got")).isEqualTo("some input\n");
      } else {
        assertThat("some input\n").startsWith(trial.text("got"));
      }
    }
  },

  READ {
    @Override
    void prepare(Trial trial) throws Exception {
      Files.writeString(trial.path("data"), Trial.LONG);
      Files.setLastModifiedTime(trial.path("data"), FileTime.fromMillis(1_000_000_000_000L));
    }

    @Override
    void act(Trial trial) {
      trial.returned = trial.faulty().files().readText(trial.name("data"));
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.returned.equals(Trial.LONG)).as("all read").isTrue();
    }
  },

  LIST {
    @Override
    void prepare(Trial trial) throws Exception {
      Files.createFile(trial.path("a"));
      Files.createFile(trial.path("b"));
    }

    @Override
    void act(Trial trial) {
      trial.returned =
          trial.faulty().files().list(trial.name("")).stream().map(FileInfo::name).toList();
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.returned).isEqualTo(List.of("a", "b"));
    }
  },

  /** In place: after a failure the file may hold a part, and never anything else. */
  WRITE {
    @Override
    void prepare(Trial trial) throws Exception {
      Files.writeString(trial.path("data"), "old");
    }

    @Override
    void act(Trial trial) {
      trial.faulty().files().write(trial.name("data"), Content.of(Trial.LONG));
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      String text = trial.text("data");
      if (thrown == null) {
        assertThat(text.equals(Trial.LONG)).as("all written").isTrue();
      } else {
        assertThat(text.equals("old") || Trial.LONG.startsWith(text)).as("old or a part").isTrue();
      }
    }
  },

  /** All or nothing, and nothing beside it. */
  WRITE_ATOMICALLY {
    @Override
    void prepare(Trial trial) throws Exception {
      Files.writeString(trial.path("data"), "old");
    }

    @Override
    void act(Trial trial) {
      trial
          .faulty()
          .files()
          .write(trial.name("data"), Content.of(Trial.LONG), WriteOptions.inPlace().atomic());
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      String text = trial.text("data");
      boolean isOld = text.equals("old");
      assertThat(isOld || text.equals(Trial.LONG)).as("old or new").isTrue();
      if (thrown == null) {
        assertThat(isOld).as("old").isFalse();
      } else if (String.valueOf(thrown.getMessage()).contains("is as it was")) {
        assertThat(isOld).as("as it was").isTrue();
      }
    }
  },

  MOVE {
    @Override
    void prepare(Trial trial) throws Exception {
      Files.writeString(trial.path("data"), "old");
    }

    @Override
    void act(Trial trial) {
      trial.faulty().files().move(trial.name("data"), trial.name("moved"));
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      boolean isThere = Files.exists(trial.path("data"));
      assertThat(Files.exists(trial.path("moved"))).as("moved").isNotEqualTo(isThere);
      if (thrown == null) assertThat(isThere).as("still there").isFalse();
    }
  },

  DELETE {
    @Override
    void prepare(Trial trial) throws Exception {
      Files.writeString(trial.path("data"), "old");
    }

    @Override
    void act(Trial trial) {
      trial.faulty().files().delete(trial.name("data"));
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.path("data")).doesNotExist();
    }
  },

  UPLOAD_DIRECTORY {
    @Override
    void prepare(Trial trial) throws Exception {
      Files.writeString(trial.here("a"), Trial.LONG);
    }

    @Override
    void act(Trial trial) {
      trial.faulty().files().uploadDirectory(trial.here(""), trial.name("up"));
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (thrown == null) {
        boolean isWhole = trial.text("up/a").equals(Trial.LONG);
        assertThat(isWhole).as("all written").isTrue();
      }
    }
  },

  DOWNLOAD_DIRECTORY {
    @Override
    void prepare(Trial trial) throws Exception {
      Files.createDirectory(trial.path("down"));
      Files.writeString(trial.path("down/a"), Trial.LONG);
    }

    @Override
    void act(Trial trial) {
      trial.faulty().files().downloadDirectory(trial.name("down"), trial.here("copy"));
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (thrown == null) {
        boolean isWhole = Files.readString(trial.here("copy/a")).equals(Trial.LONG);
        assertThat(isWhole).as("all read").isTrue();
      } else {
        assertThat(trial.here("copy")).doesNotExist();
      }
    }
  },

  /** There is one sandbox if there is a result, and none otherwise. */
  CREATE {
    @Override
    boolean isOfControlPlane() {
      return true;
    }

    @Override
    void act(Trial trial) {
      SandboxSpec spec = SandboxSpec.standard().label("cell", trial.label());
      try (Sandbox sandbox = trial.faultyClient().create(spec)) {
        trial.returned = sandbox.id();
        sandbox.detach();
      }
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (thrown == null) {
        assertThat(created(trial)).containsExactly((String) trial.returned);
        assertThat(trial.client().kill((String) trial.returned)).isTrue();
      } else {
        boolean isKnown = !String.valueOf(thrown.getMessage()).contains("cannot be known");
        if (isKnown) trial.eventually("no sandbox is left", () -> created(trial).isEmpty());
      }
    }

    private List<String> created(Trial trial) {
      return trial.client().list(SandboxFilter.all().label("cell", trial.label())).stream()
          .filter(info -> info.state() == SandboxInfo.State.RUNNING)
          .map(SandboxInfo::id)
          .toList();
    }
  },

  KILL {
    @Override
    boolean isOfControlPlane() {
      return true;
    }

    @Override
    void prepare(Trial trial) {
      trial.prepared = trial.client().create(SandboxSpec.standard()).detach();
    }

    @Override
    void act(Trial trial) {
      trial.returned = trial.faultyClient().kill(String.valueOf(trial.prepared));
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      String id = String.valueOf(trial.prepared);
      if (thrown == null) {
        trial.eventually("it has gone", () -> trial.idsOfAll().stream().noneMatch(id::equals));
      } else {
        trial.client().kill(id);
      }
    }
  },

  INFO {
    @Override
    boolean isOfControlPlane() {
      return true;
    }

    @Override
    void act(Trial trial) {
      trial.returned = trial.faulty().info();
    }

    @Override
    void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) {
        SandboxInfo info = (SandboxInfo) trial.returned;
        assertThat(info.state()).isEqualTo(SandboxInfo.State.RUNNING);
      }
    }
  };

  boolean isOfControlPlane() {
    return false;
  }

  /** How long an interrupted call may go on: a command is stopped, and what is left deleted. */
  Duration afterAnInterrupt() {
    boolean isOfTwo = this == UPLOAD_DIRECTORY || this == DOWNLOAD_DIRECTORY;
    return isOfTwo ? Trial.CLOSE.multipliedBy(2) : Trial.CLOSE;
  }

  void prepare(Trial trial) throws Exception {}

  abstract void act(Trial trial) throws Exception;

  abstract void check(Trial trial, @Nullable Throwable thrown) throws Exception;
}
