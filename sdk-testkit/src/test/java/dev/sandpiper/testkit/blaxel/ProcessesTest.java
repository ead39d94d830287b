package dev.sandpiper.testkit.blaxel;

import static dev.sandpiper.testkit.blaxel.LocalBlaxel.eventually;
import static dev.sandpiper.testkit.blaxel.LocalBlaxelSandbox.command;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Plain processes, without streams. */
class ProcessesTest {
  @RegisterExtension final LocalBlaxel blaxel;

  ProcessesTest() throws IOException {
    blaxel = new LocalBlaxel();
  }

  @Test
  void aCommandIsWaitedForAndItsOutputsStandOneBehindTheOther() throws Exception {
    JsonNode process = blaxel.create().run("echo out; echo err >&2; echo more; exit 3");

    assertThat(process.path("status").asText()).isEqualTo("failed");
    assertThat(process.path("exitCode").asInt()).isEqualTo(3);
    assertThat(process.path("logs").asText()).isEqualTo("out\nmore\nerr\n");
    assertThat(process.path("completedAt").asText()).endsWith(" GMT");
  }

  @Test
  void aProcessIsFoundByNameAndByNumber() throws Exception {
    LocalBlaxelSandbox sandbox = blaxel.create();
    JsonNode started = sandbox.start(command("echo up; sleep 60").put("name", "job"));
    assertThat(started.path("status").asText()).isEqualTo("running");
    assertThat(started.path("completedAt").asText("?")).isEmpty();

    eventually(() -> sandbox.process("job").path("stdout").asText().equals("up\n"));
    assertThat(sandbox.process(started.path("pid").asText()).path("name").asText())
        .isEqualTo("job");
    assertThat(sandbox.json("GET", "/process", "").get(0).path("completedAt").isNull()).isTrue();
  }

  @Test
  void aDeathByASignalHasNoCodeOfItsOwn() throws Exception {
    JsonNode process = blaxel.create().run("kill -9 $$");

    assertThat(process.path("exitCode").asInt()).isEqualTo(-1);
    assertThat(process.path("status").asText()).isEqualTo("failed");
  }

  @Test
  void stoppedIsSaidAtOnceAndProvesNothing() throws Exception {
    LocalBlaxelSandbox sandbox = blaxel.create();
    sandbox.start(command("trap '' TERM; echo up; sleep 60; sleep 60").put("name", "stubborn"));
    eventually(() -> !sandbox.process("stubborn").path("stdout").asText().isEmpty());

    sandbox.json("DELETE", "/process/stubborn", "");
    JsonNode stopped = sandbox.process("stubborn");
    assertThat(stopped.path("status").asText()).isEqualTo("stopped");
    assertThat(stopped.path("completedAt").asText("?")).isEmpty();
    assertThat(sandbox.send("DELETE", "/process/stubborn", "").body())
        .isEqualTo("{\"error\":\"process with Identifier stubborn is not running\"}");

    sandbox.json("DELETE", "/process/stubborn/kill", "");
    eventually(() -> !sandbox.process("stubborn").path("completedAt").asText("").isEmpty());
    assertThat(sandbox.process("stubborn").path("status").asText()).isEqualTo("killed");
  }

  @Test
  void aKillReachesTheGroupButNotWhoLeftIt() throws Exception {
    LocalBlaxelSandbox sandbox = blaxel.create();
    sandbox.start(command("setsid sleep 61 & sleep 62 & echo up; wait").put("name", "family"));
    eventually(() -> !sandbox.process("family").path("stdout").asText().isEmpty());

    sandbox.json("DELETE", "/process/family/kill", "");
    JsonNode left =
        sandbox.run(
            "for p in /proc/[0-9]*; do grep -sq ^State:.Z $p/status || tr '\\0' ' ' 2>/dev/null <$p/cmdline; done | grep -o 'sleep 6[12]' | sort -u");
    assertThat(left.path("stdout").asText()).isEqualTo("sleep 61\n");
  }

  @Test
  void nobodyIsKilledWhoseGroupIsGone() throws Exception {
    LocalBlaxelSandbox sandbox = blaxel.create();
    sandbox.start(command("true").put("name", "ok").put("waitForCompletion", true));

    assertThat(sandbox.send("DELETE", "/process/ok/kill", "").body())
        .isEqualTo("{\"error\":\"failed to kill process with Identifier ok: no such process\"}");
  }

  @Test
  void whoHidesFromEverythingEndsWithTheSandboxAllTheSame() throws Exception {
    LocalBlaxelSandbox sandbox = blaxel.create();
    String pid =
        sandbox
            .run(
                "env -i setsid sh -c 'echo $$; exec sleep 60' & until [ -s /proc/self/fd/1 ]; do sleep 0.02; done")
            .path("stdout")
            .asText()
            .strip();
    assertThat(ProcessHandle.of(Long.parseLong(pid))).isPresent();

    blaxel.control("DELETE", "/sandboxes/" + sandbox.name(), "");
    eventually(() -> ProcessHandle.of(Long.parseLong(pid)).isEmpty());
  }
}
