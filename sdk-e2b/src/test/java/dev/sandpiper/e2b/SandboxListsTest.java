package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.ControlPlaneMessages.NO_SANDBOXES;
import static dev.sandpiper.e2b.ControlPlaneMessages.assertApiHeaders;
import static dev.sandpiper.e2b.ControlPlaneMessages.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.WireFormatException;
import java.util.Iterator;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of sandboxes: their filters and their pages. */
class SandboxListsTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @Test
  void aServerThatIgnoresTheFilterIsNotBelieved() throws Exception {
    String all =
        """
        [{"sandboxID": "ours", "state": "running", "metadata": {"team": "x"}},
         {"sandboxID": "asleep", "state": "paused", "metadata": {"team": "x"}},
         {"sandboxID": "strangers", "state": "running", "metadata": {"team": "y"}},
         {"sandboxID": "bare", "state": "running"},
         {"sandboxID": "null", "state": "running", "metadata": {"team": null}}]""";
    e2b.answer(200, all);
    e2b.answer(200, all);
    SandboxFilter team = SandboxFilter.all().label("team", "x");
    assertThat(e2b.client().list(team))
        .extracting(SandboxInfo::id)
        .containsExactly("ours", "asleep");
    assertThat(e2b.client().list(team.state(SandboxInfo.State.PAUSED)))
        .extracting(SandboxInfo::id)
        .containsExactly("asleep");
    e2b.take();
    e2b.take();
  }

  @Test
  void pagesThatGoRoundInACircleAreAnError() throws Exception {
    for (String next : new String[] {"A", "B", "A"}) {
      e2b.answer(200, page("x"), "X-Next-Token: " + next);
    }
    Iterator<SandboxInfo> infos = e2b.client().list(SandboxFilter.all()).iterator();
    infos.next();
    infos.next();
    infos.next();
    assertThatThrownBy(infos::hasNext)
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("the cursor of an earlier page");
    e2b.take();
    e2b.take();
    e2b.take();
  }

  @Test
  void emptyPagesWithoutEndAreAnError() throws Exception {
    for (int i = 0; i <= 100; i++) {
      e2b.answer(200, NO_SANDBOXES, "X-Next-Token: t" + i);
    }
    assertThatThrownBy(() -> e2b.client().list(SandboxFilter.all()).iterator().hasNext())
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("empty pages");
    for (int i = 0; i <= 100; i++) {
      e2b.take();
    }
  }

  @Test
  void listSendsItsFilterInThreeLayers() throws Exception {
    e2b.answer(200, NO_SANDBOXES);
    e2b.answer(200, NO_SANDBOXES);
    SandboxFilter one = SandboxFilter.all().label("user id", "a&b");
    assertThat(e2b.client().list(one.state(SandboxInfo.State.RUNNING))).isEmpty();
    assertThat(e2b.client().list(one.label("env", "prod"))).isEmpty();

    RecordedRequest first = e2b.take();
    assertApiHeaders(first);
    assertThat(first.getTarget())
        .isEqualTo("/v2/sandboxes?limit=100&metadata=user%252520id%3Da%252526b&state=running");
    assertThat(e2b.take().getTarget())
        .isIn(
            "/v2/sandboxes?limit=100&metadata=user%252520id%3Da%252526b%26env%3Dprod",
            "/v2/sandboxes?limit=100&metadata=env%3Dprod%26user%252520id%3Da%252526b");
  }

  @Test
  void theSecondPageIsAskedForWhenSomebodyGetsThere() throws Exception {
    e2b.answer(200, page("a", "b"), "X-Next-Token: to ken+1");
    Iterator<SandboxInfo> ids = e2b.client().list(SandboxFilter.all()).iterator();
    assertThat(ids.next().id()).isEqualTo("a");
    e2b.take("GET /v2/sandboxes?limit=100");
    assertThat(ids.next().id()).isEqualTo("b");

    e2b.answer(200, NO_SANDBOXES, "X-Next-Token: t2");
    e2b.answer(200, page("c"), "X-Next-Token:");
    assertThat(ids.next().id()).isEqualTo("c");
    e2b.take("GET /v2/sandboxes?limit=100&nextToken=to%20ken%2B1");
    e2b.take("GET /v2/sandboxes?limit=100&nextToken=t2");
    assertThat(ids.hasNext()).isFalse();
  }

  @Test
  void aListThatIsNeverReadIsNeverAskedFor() {
    assertThat(e2b.client().list(SandboxFilter.all())).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "null", "{\"sandboxes\": []}", "[{}]", "[1]", "\"x\""})
  void aListThatIsNoneIsAnErrorAndNotEmpty(String body) throws Exception {
    e2b.answer(200, body);
    assertThatThrownBy(() -> e2b.client().list(SandboxFilter.all()).iterator().hasNext())
        .isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  /** It may have been garbled on its way. */
  @ParameterizedTest
  @ValueSource(strings = {"", "[", "<html>"})
  void aListThatCannotBeReadIsAskedForOnceMore(String body) throws Exception {
    e2b.answer(200, body);
    e2b.answer(200, body);
    assertThatThrownBy(() -> e2b.client().list(SandboxFilter.all()).iterator().hasNext())
        .isInstanceOf(WireFormatException.class);
    e2b.take();
    e2b.take();
  }
}
