package dev.sandpiper.testkit.matrix;

import static dev.sandpiper.testkit.matrix.Request.Answer.EMPTY;
import static dev.sandpiper.testkit.matrix.Request.Answer.FILE;
import static dev.sandpiper.testkit.matrix.Request.Answer.SHORT;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Content;
import dev.sandpiper.EventStream;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileInfo;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WriteOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is done with files: {@code data} in the sandbox, {@code a} on this machine. */
enum FileOperation implements Operation {
  STAT {
    @Override
    public List<Request> requests(Row row) {
      return row.isBlaxel() ? COMMAND : List.of(Request.post("/Stat", SHORT));
    }

    @Override
    public void act(Trial trial) {
      trial.returned = trial.faulty().files().stat(trial.name("data")).size();
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.returned).isEqualTo((long) Trial.LONG.length());
    }
  },

  /** Of what is not there: the answer is an error whose text decides. */
  EXISTS {
    @Override
    public List<Request> requests(Row row) {
      return List.of(
          row.isBlaxel() ? Request.get("nothing HTTP", SHORT) : Request.post("/Stat", SHORT));
    }

    @Override
    public void act(Trial trial) {
      trial.returned = trial.faulty().files().exists(trial.name("nothing"));
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.returned).isEqualTo(false);
    }
  },

  LIST {
    @Override
    public List<Request> requests(Row row) {
      return row.isBlaxel() ? COMMAND : List.of(Request.post("/ListDir", SHORT));
    }

    @Override
    public void act(Trial trial) {
      trial.returned =
          trial.faulty().files().list(trial.name("")).stream().map(FileInfo::name).toList();
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.returned).isEqualTo(List.of("data"));
    }
  },

  MAKE_DIRECTORY {
    @Override
    public List<Request> requests(Row row) {
      return row.isBlaxel() ? COMMAND : List.of(Request.post("/MakeDir", SHORT));
    }

    @Override
    public void act(Trial trial) {
      trial.faulty().files().makeDirectory(trial.name("new"));
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.path("new")).isDirectory();
    }
  },

  READ {
    @Override
    public List<Request> requests(Row row) {
      return List.of(Request.get(row.isBlaxel() ? "/filesystem/" : "GET /files", FILE));
    }

    @Override
    public void act(Trial trial) {
      trial.returned = trial.faulty().files().readText(trial.name("data"));
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertWhole(trial.returned);
    }
  },

  DOWNLOAD {
    @Override
    public List<Request> requests(Row row) {
      return READ.requests(row);
    }

    @Override
    public void act(Trial trial) {
      trial.faulty().files().download(trial.name("data"), trial.here("copy"));
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws IOException {
      if (thrown == null) {
        assertWhole(Files.readString(trial.here("copy")));
      } else {
        assertThat(names(trial.here(""))).containsExactly("a");
      }
    }
  },

  /** In place: after a failure the file may contain a part, and never anything else. */
  WRITE {
    @Override
    public List<Request> requests(Row row) {
      return List.of(Request.post(row.isBlaxel() ? "PUT " : "POST /files", SHORT));
    }

    @Override
    public void act(Trial trial) {
      trial.faulty().files().write(trial.name("new"), Content.of(Trial.LONG));
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      // The second arrival of one request empties the file once more, at any time, and writes the
      // same.
      if (trial.cell().fault() == FaultKind.DUPLICATE) {
        trial.eventually("it is whole", () -> trial.text("new").equals(Trial.LONG));
        return;
      }
      if (thrown == null) assertWhole(trial.text("new"));
      assertThat(Trial.LONG.startsWith(trial.text("new"))).as("a part").isTrue();
    }
  },

  UPLOAD {
    @Override
    public List<Request> requests(Row row) {
      return WRITE.requests(row);
    }

    @Override
    public void act(Trial trial) {
      trial.faulty().files().upload(trial.here("a"), trial.name("new"));
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      WRITE.check(trial, thrown);
    }
  },

  /** All or nothing, and nothing beside it. */
  WRITE_ATOMICALLY {
    @Override
    public List<Request> requests(Row row) {
      return row.isBlaxel()
          ? List.of(Request.post("/process HTTP", SHORT), Request.post("PUT ", SHORT))
          : List.of(
              Request.post("/Stat", SHORT),
              Request.post("POST /files", SHORT),
              Request.post("/Move", SHORT));
    }

    @Override
    public void act(Trial trial) {
      trial
          .faulty()
          .files()
          .write(trial.name("data"), Content.of(NEW), WriteOptions.inPlace().atomic());
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      boolean isTwice = trial.cell().fault() == FaultKind.DUPLICATE;
      if (isTwice) trial.eventually("it is whole", () -> trial.text("data").equals(NEW));
      String text = trial.text("data");
      boolean isOld = text.equals(Trial.LONG);
      assertThat(isOld || text.equals(NEW)).as("old or new").isTrue();
      if (thrown == null) {
        assertThat(isOld).as("old").isFalse();
      } else if (String.valueOf(thrown.getMessage()).contains("is as it was")) {
        assertThat(isOld).as("as it was").isTrue();
      }
      if (trial.cell().leavesAWay() && trial.cell().ending() == Ending.ITSELF && !isTwice) {
        assertThat(names(trial.path(""))).containsExactly("data");
      }
    }
  },

  MOVE {
    @Override
    public List<Request> requests(Row row) {
      return row.isBlaxel() ? COMMAND : List.of(Request.post("/Move", SHORT));
    }

    @Override
    public void act(Trial trial) {
      trial.faulty().files().move(trial.name("data"), trial.name("moved"));
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      boolean isThere = Files.exists(trial.path("data"));
      assertThat(Files.exists(trial.path("moved"))).as("moved").isNotEqualTo(isThere);
      if (thrown == null) assertThat(isThere).as("still there").isFalse();
    }
  },

  DELETE {
    @Override
    public List<Request> requests(Row row) {
      return row.isBlaxel()
          ? COMMAND
          : List.of(Request.post("/Stat", SHORT), Request.post("/Remove", EMPTY));
    }

    @Override
    public void act(Trial trial) {
      trial.faulty().files().delete(trial.name("data"));
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.path("data")).doesNotExist();
    }
  },

  UPLOAD_DIRECTORY {
    @Override
    public List<Request> requests(Row row) {
      return row.isBlaxel()
          ? List.of(Request.post("tar HTTP", SHORT), Request.post("/process HTTP", SHORT))
          : List.of(
              Request.post("/MakeDir", SHORT),
              Request.post("POST /files", SHORT),
              Request.post("Process/Start", SHORT));
    }

    @Override
    public void act(Trial trial) {
      trial.faulty().files().uploadDirectory(trial.here(""), trial.name("up"));
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (thrown == null) assertWhole(trial.text("up/a"));
    }
  },

  DOWNLOAD_DIRECTORY {
    @Override
    public List<Request> requests(Row row) {
      Request archive = Request.get("tar HTTP", FILE);
      return row.isBlaxel()
          ? List.of(Request.post("/process HTTP", SHORT), archive)
          : List.of(Request.post("Process/Start", SHORT), archive, Request.post("/Remove", EMPTY));
    }

    @Override
    public void act(Trial trial) {
      trial.faulty().files().downloadDirectory(trial.name(""), trial.here("copy"));
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (thrown == null) {
        assertWhole(Files.readString(trial.here("copy/data")));
      } else {
        assertThat(names(trial.here(""))).containsExactly("a");
      }
    }
  },

  /** Opens a watch and reads the first event. */
  WATCH {
    @Override
    public boolean isPossibleOn(Row row) {
      return !row.isBlaxel();
    }

    @Override
    public List<Request> requests(Row row) {
      return List.of(Request.post("/WatchDir", SHORT));
    }

    @Override
    public void act(Trial trial) throws Exception {
      try (EventStream<FileEvent> watch =
          trial.faulty().files().watch(trial.name(""), WatchOptions.standard())) {
        Files.createFile(trial.path("new"));
        trial.returned = watch.next();
      }
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) {
        assertThat(trial.returned).isInstanceOfAny(FileEvent.Created.class, FileEvent.Gap.class);
      }
    }
  };

  /** What Blaxel's files have no call for. */
  private static final List<Request> COMMAND = List.of(Request.post("/process HTTP", SHORT));

  private static final String NEW = Trial.LONG.replace('0', 'x');

  @Override
  public void prepare(Trial trial) throws Exception {
    Files.writeString(trial.here("a"), Trial.LONG);
    Files.writeString(trial.path("data"), Trial.LONG);
    // Only a file that is older than a second is certain to be unchanged.
    Files.setLastModifiedTime(trial.path("data"), FileTime.fromMillis(1_000_000_000_000L));
  }

  private static void assertWhole(@Nullable Object text) {
    assertThat(requireNonNull(text).equals(Trial.LONG)).as("it is whole").isTrue();
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }
}
