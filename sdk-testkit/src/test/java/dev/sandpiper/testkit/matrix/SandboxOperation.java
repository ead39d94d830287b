package dev.sandpiper.testkit.matrix;

import static dev.sandpiper.testkit.matrix.Request.Answer.EMPTY;
import static dev.sandpiper.testkit.matrix.Request.Answer.SHORT;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is done with sandboxes. */
enum SandboxOperation implements Operation {
  /** There is one sandbox if there is a result, and none otherwise. */
  CREATE {
    @Override
    public List<Request> requests(Row row) {
      return List.of(Request.post("/sandboxes HTTP", SHORT));
    }

    @Override
    public void act(Trial trial) {
      SandboxSpec spec = SandboxSpec.standard().label("cell", trial.label());
      trial.returned = trial.faultyClient().create(spec).detach();
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (thrown == null) {
        assertThat(created(trial)).contains((String) trial.returned);
        // A request that arrives twice makes two: no platform has a key against it.
        if (trial.cell().fault() != FaultKind.DUPLICATE) assertThat(created(trial)).hasSize(1);
      } else if (trial.cell().leavesAWay()
          && !String.valueOf(thrown.getMessage()).contains("is unknown")) {
        trial.eventually("no sandbox is left", () -> created(trial).isEmpty());
      }
    }

    @Override
    public void clean(Trial trial) {
      created(trial).forEach(trial.client()::kill);
    }
  },

  CONNECT {
    @Override
    public List<Request> requests(Row row) {
      return List.of(
          row.isBlaxel()
              ? Request.get("GET /v0/sandboxes/", SHORT)
              : Request.post("/connect HTTP", SHORT));
    }

    @Override
    public void act(Trial trial) {
      trial.returned = trial.faultyClient().connect(trial.sandbox().id()).id();
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.returned).isEqualTo(trial.sandbox().id());
    }
  },

  INFO {
    @Override
    public List<Request> requests(Row row) {
      return List.of(Request.get(row.isBlaxel() ? "GET /v0/sandboxes/" : "GET /sandboxes/", SHORT));
    }

    @Override
    public void act(Trial trial) {
      trial.returned = trial.faulty().info().state();
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.returned).isEqualTo(SandboxInfo.State.RUNNING);
    }
  },

  LIST_SANDBOXES {
    @Override
    public List<Request> requests(Row row) {
      return List.of(
          Request.get(row.isBlaxel() ? "GET /v0/sandboxes?" : "GET /v2/sandboxes", SHORT));
    }

    @Override
    public void act(Trial trial) {
      trial.returned =
          trial.faultyClient().list(SandboxFilter.all()).stream()
              .anyMatch(info -> info.id().equals(trial.sandbox().id()));
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) {
      if (thrown == null) assertThat(trial.returned).as("it is listed").isEqualTo(true);
    }
  },

  KILL {
    @Override
    public List<Request> requests(Row row) {
      return ending(row);
    }

    @Override
    public void prepare(Trial trial) {
      trial.prepared = trial.client().create(SandboxSpec.standard());
    }

    @Override
    public void act(Trial trial) {
      trial.faultyClient().kill(sandbox(trial).id());
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (thrown == null) awaitEnd(trial);
    }
  },

  /** Of a sandbox that was created: it is killed, or a warning has said that it was not. */
  CLOSE_SANDBOX {
    @Override
    public List<Request> requests(Row row) {
      return ending(row);
    }

    @Override
    public void prepare(Trial trial) {
      trial.prepared = trial.faultyClient().create(SandboxSpec.standard());
    }

    @Override
    public void act(Trial trial) {
      sandbox(trial).close();
    }

    @Override
    public void check(Trial trial, @Nullable Throwable thrown) throws Exception {
      if (trial.isUndisturbed()) awaitEnd(trial);
    }
  };

  @Override
  public boolean isOfControlPlane() {
    return true;
  }

  @Override
  public boolean isPossibleOn(Row row) {
    return !row.isStreamed() && !row.isJson(); // which only sandboxes speak
  }

  @Override
  public void clean(Trial trial) {
    if (trial.prepared != null) trial.client().kill(sandbox(trial).id());
  }

  private static Sandbox sandbox(Trial trial) {
    return (Sandbox) requireNonNull(trial.prepared);
  }

  private static void awaitEnd(Trial trial) throws Exception {
    String id = sandbox(trial).id();
    trial.eventually("it has gone", () -> !ids(trial, SandboxFilter.all()).contains(id));
  }

  private static List<String> created(Trial trial) {
    return ids(trial, SandboxFilter.all().label("cell", trial.label()));
  }

  private static List<String> ids(Trial trial, SandboxFilter filter) {
    return trial.client().list(filter).stream()
        .filter(info -> info.state() == SandboxInfo.State.RUNNING)
        .map(SandboxInfo::id)
        .toList();
  }

  private static List<Request> ending(Row row) {
    return List.of(Request.get("DELETE ", row.isBlaxel() ? SHORT : EMPTY));
  }
}
