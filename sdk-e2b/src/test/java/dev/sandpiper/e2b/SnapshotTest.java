package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.e2b.connect.Frames;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Copies of a sandbox: snapshots and forks. */
class SnapshotTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @Test
  void snapshotsAreMadeListedAndDeleted() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(201, "{\"snapshotID\": \"team/s1:v1\", \"names\": [\"team/s1\", 3]}");
    E2bSnapshot snapshot =
        sandbox.snapshot(E2bSnapshotOptions.standard().name("s1").mode(E2bPauseMode.FILESYSTEM));
    assertThat(snapshot.id()).isEqualTo("team/s1:v1");
    assertThat(snapshot.names()).containsExactly("team/s1");
    e2b.take("POST /sandboxes/isb1/snapshots", "{\"name\": \"s1\", \"memory\": false}");

    e2b.answer(200, "[{\"snapshotID\": \"a\"}]", "X-Next-Token: n");
    e2b.answer(200, "[{\"snapshotID\": \"b\"}]");
    assertThat(sandbox.snapshots().stream().map(E2bSnapshot::id)).containsExactly("a", "b");
    e2b.take("GET /snapshots?limit=100&sandboxID=isb1");
    e2b.take("GET /snapshots?limit=100&sandboxID=isb1&nextToken=n");

    e2b.answer(204, "");
    e2b.answer(404, "");
    assertThat(e2b.client().deleteSnapshot("team/s1:v1")).isTrue();
    assertThat(e2b.client().deleteSnapshot("team/s1:v1")).isFalse();
    e2b.take("DELETE /templates/team%2Fs1:v1");
    e2b.take("DELETE /templates/team%2Fs1:v1");
  }

  @Test
  void aLostSnapshotCannotBeKnown() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    assertThatThrownBy(sandbox::snapshot)
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("is unknown");
    e2b.take("POST /sandboxes/isb1/snapshots", "{}");
  }

  @Test
  void eachForkIsASandboxOrAnError() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        201,
        "[{\"sandbox\": "
            + ScriptedE2b.sandboxJson("0.6.13").replace("isb1", "fork1")
            + "}, {\"error\": {\"code\": 429, \"message\": \"limit\"}}, {}]");
    e2b.answer(502, "{\"code\": 502, \"message\": \"the port is not open\"}");
    e2b.answer(204, "");
    List<E2bFork> forks = sandbox.fork(3, Duration.ofMinutes(2));
    assertThat(forks).hasSize(3);
    assertThat(forks.get(0).orThrow().id()).isEqualTo("fork1");
    assertThat(forks.get(1).failure()).containsInstanceOf(RateLimitedException.class);
    assertThatThrownBy(forks.get(2)::orThrow).isInstanceOf(PlatformException.class);
    e2b.take("POST /sandboxes/isb1/fork", "{\"count\": 3, \"timeout\": 120}");
    e2b.take("GET /health");
    e2b.take("GET /health");

    e2b.answer(204, "");
    forks.get(0).orThrow().close();
    e2b.take("DELETE /sandboxes/fork1");
    assertThatIllegalArgumentException().isThrownBy(() -> sandbox.fork(21, Duration.ofMinutes(1)));
  }
}
