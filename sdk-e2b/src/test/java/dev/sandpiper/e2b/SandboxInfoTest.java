package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.ControlPlaneMessages.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.WireFormatException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the record of a sandbox is read. */
class SandboxInfoTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @Test
  void infoIsReadAsFarAsItIsThere() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        200,
        """
        {"templateID": "t1", "alias": "python", "sandboxID": "isb1", "state": "running",
         "startedAt": "2026-11-20T10:00:00.123456Z", "endAt": "2026-11-20T12:05:00+02:00",
         "metadata": {"a": "b", "sandpiper-nonce": "sp-1"}, "surprise": [1, {}]}""");
    SandboxInfo info = sandbox.info();

    e2b.take("GET /sandboxes/isb1");
    assertThat(info.template()).contains("python");
    assertThat(info.state()).isEqualTo(SandboxInfo.State.RUNNING);
    assertThat(info.labels()).containsExactly(Map.entry("a", "b"));
    assertThat(info.startedAt()).contains(Instant.parse("2026-11-20T10:00:00.123456Z"));
    assertThat(info.expiresAt()).contains(Instant.parse("2026-11-20T10:05:00Z"));
  }

  @Test
  void aTimeWithoutAZoneIsUtcAndWhatIsNullIsNotThere() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        200,
        """
        {"templateID": "t1", "alias": null, "sandboxID": "isb1", "state": "dreaming",
         "startedAt": "2026-11-20T10:00:00.5", "endAt": null, "metadata": null}""");
    SandboxInfo info = sandbox.info();

    e2b.take();
    assertThat(info.template()).contains("t1");
    assertThat(info.state()).isEqualTo(SandboxInfo.State.OTHER);
    assertThat(info.startedAt()).contains(Instant.parse("2026-11-20T10:00:00.500Z"));
    assertThat(info.expiresAt()).isEmpty();
    assertThat(info.labels()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "null", "{\"sandboxID\": null, \"templateID\": \"t\"}"})
  void infoThatCannotBeReadIsAnError(String body) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, body);
    assertThatThrownBy(sandbox::info).isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "absent",
      value = {
        "'2026-11-20T10:00:00Z', 2026-11-20T10:00:00Z",
        "'2026-11-20 10:00:00Z', 2026-11-20T10:00:00Z",
        "'2026-11-20 12:00:00.25+02:00', 2026-11-20T10:00:00.250Z",
        "'2026-11-20 12:00:00 +0200', 2026-11-20T10:00:00Z",
        "'2026-11-20t10:00:00z', 2026-11-20T10:00:00Z",
        "'2026-11-20 10:00', 2026-11-20T10:00:00Z",
        "'yesterday', absent",
        "'', absent"
      })
  void aMomentIsReadInEachSpellingOrLeftOut(String text, String moment) throws Exception {
    e2b.answer(200, "[" + odd("\"startedAt\": \"" + text + "\"") + "]");
    SandboxInfo info = e2b.client().list(SandboxFilter.all()).iterator().next();
    e2b.take();
    assertThat(info.startedAt().map(Instant::toString).orElse(null)).isEqualTo(moment);
  }

  private static String odd(String fields) {
    return "{\"sandboxID\": \"odd\", \"state\": \"running\", " + fields + "}";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"startedAt\": null",
        "\"startedAt\": 1",
        "\"startedAt\": {}",
        "\"templateID\": null, \"alias\": null",
        "\"templateID\": 5",
        "\"endAt\": \"never\"",
        "\"metadata\": []",
        "\"metadata\": {\"a\": null}",
        "\"metadata\": \"x\""
      })
  void oneOddEntryDoesNotHideTheOthers(String fields) throws Exception {
    String whole = page("a", "b");
    e2b.answer(200, whole.replace("[", "[" + odd(fields) + ","));
    assertThat(e2b.client().list(SandboxFilter.all()))
        .extracting(SandboxInfo::id)
        .containsExactly("odd", "a", "b");
    e2b.take();
  }

  @Test
  void aLabelWithoutAValueIsAbsentAndAnyOtherValueIsItsJson() throws Exception {
    e2b.answer(
        200,
        "["
            + odd(
                "\"metadata\": {\"a\": null, \"n\": 7, \"b\": true, \"o\": {\"x\": [1]}, \"t\": \"\"}")
            + "]");
    SandboxInfo info = e2b.client().list(SandboxFilter.all()).iterator().next();
    e2b.take();
    assertThat(info.labels()).isEqualTo(Map.of("n", "7", "b", "true", "o", "{\"x\":[1]}", "t", ""));
    assertThat(info.template()).isEmpty();
    assertThat(info.startedAt()).isEmpty();
  }

  @Test
  void anEntryWithoutAnIdNamesTheField() throws Exception {
    e2b.answer(200, "[{\"templateID\": \"t\"}]");
    assertThatThrownBy(() -> e2b.client().list(SandboxFilter.all()).iterator().next())
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("sandboxID");
    e2b.take();
  }
}
