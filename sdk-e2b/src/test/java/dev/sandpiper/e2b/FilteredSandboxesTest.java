package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxInfo.State;
import java.time.Instant;
import java.util.List;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a filter chooses: listed, or killed. */
class FilteredSandboxesTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @Test
  void listsAreFilteredHereToo() throws Exception {
    e2b.answer(
        200,
        """
        [{"sandboxID": "a", "templateID": "t", "state": "running",
          "startedAt": "2026-11-20T10:00:01Z", "metadata": {"k": "v"}},
         {"sandboxID": "other-template", "templateID": "u", "state": "running",
          "startedAt": "2026-11-20T10:00:01Z", "metadata": {"k": "v"}},
         {"sandboxID": "alias", "templateID": "u", "alias": "t", "state": "running",
          "startedAt": "2026-11-20T10:00:01Z", "metadata": {"k": "v"}},
         {"sandboxID": "too-old", "templateID": "t", "state": "running",
          "startedAt": "2026-11-20T09:00:00Z", "metadata": {"k": "v"}},
         {"sandboxID": "no-time", "templateID": "t", "state": "running", "metadata": {"k": "v"}},
         {"sandboxID": "paused", "templateID": "t", "state": "paused",
          "startedAt": "2026-11-20T10:00:01Z", "metadata": {"k": "v"}}]""");
    E2bSandboxFilter filter =
        E2bSandboxFilter.of(SandboxFilter.all().label("k", "v").state(State.RUNNING))
            .template("t")
            .startedSince(Instant.parse("2026-11-20T10:00:00.1234567Z"))
            .oldestFirst();
    assertThat(e2b.client().list(filter)).extracting(SandboxInfo::id).containsExactly("a", "alias");
    e2b.take(
        "GET /v2/sandboxes?limit=100&metadata=k%3Dv&state=running&template=t"
            + "&startedAfter=2026-11-20T10%3A00%3A00.123456Z&order=asc");
  }

  @Test
  void manyAreKilledOnlyWhereTheFilterIsTrueAndEachIsReported() throws Exception {
    e2b.answer(
        200,
        """
        [{"sandboxID": "mine1", "state": "running", "metadata": {"owner": "me"}},
         {"sandboxID": "strangers", "state": "running", "metadata": {"owner": "you"}},
         {"sandboxID": "mine2", "state": "running", "metadata": {"owner": "me"}},
         {"sandboxID": "mine3", "state": "running", "metadata": {"owner": "me"}}]""");
    e2b.answer(204, "");
    e2b.answer(500, "{\"message\": \"no\"}");
    e2b.answer(404, "");
    E2bKillReport report =
        e2b.client().killAll(E2bSandboxFilter.of(SandboxFilter.all().label("owner", "me")));
    assertThat(report.killed()).containsExactly("mine1");
    assertThat(report.failed().keySet()).containsExactly("mine2");
    assertThat(report.gone()).containsExactly("mine3");
    e2b.take();
    for (String id : List.of("mine1", "mine2", "mine3")) {
      RecordedRequest kill = e2b.take("DELETE /sandboxes/" + id);
      assertThat(kill.getMethod()).isEqualTo("DELETE");
    }
    E2bClient client = e2b.client();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.killAll(E2bSandboxFilter.of(SandboxFilter.all())));
  }

  @Test
  void aListThatFailsKillsNothing() throws Exception {
    e2b.answer(
        200, "[{\"sandboxID\": \"mine1\", \"metadata\": {\"owner\": \"me\"}}]", "X-Next-Token: n");
    e2b.answer(401, "");
    assertThatThrownBy(
            () ->
                e2b.client().killAll(E2bSandboxFilter.of(SandboxFilter.all().label("owner", "me"))))
        .hasMessageContaining("401");
    e2b.take();
    e2b.take();
  }
}
