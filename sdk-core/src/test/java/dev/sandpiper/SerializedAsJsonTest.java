package dev.sandpiper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What frameworks make of values that tools return, with no module of theirs installed. */
class SerializedAsJsonTest {
  private static final Instant TIME = Instant.parse("2026-08-17T10:00:00Z");

  private static String json(Object value) throws Exception {
    return new ObjectMapper().writeValueAsString(value);
  }

  @Test
  void aListingShowsWhatIsKnown() throws Exception {
    FileInfo named = FileInfo.named("/a/b", "b", FileType.LINK);
    FileInfo known = named.withStatus(3, 0644, "me", "us", TIME).withLinkTarget("/c");

    assertThat(json(List.of(named, known.withMetadata(Map.of("k", "v")))))
        .isEqualTo(
            """
            [{"path":"/a/b","name":"b","type":"LINK"},\
            {"path":"/a/b","name":"b","type":"LINK","size":3,"mode":"0644","owner":"me",\
            "group":"us","modified":"2026-08-17T10:00:00Z","linkTarget":"/c",\
            "metadata":{"k":"v"}}]""");
  }

  @Test
  void sandboxesShowWhatIsKnown() throws Exception {
    SandboxInfo bare = SandboxInfo.of("i1", SandboxInfo.State.DELETING);
    SandboxInfo known =
        bare.withTemplate("base")
            .withLabels(Map.of("k", "v"))
            .withStartedAt(TIME)
            .withExpiresAt(TIME.plusSeconds(60));

    assertThat(json(bare)).isEqualTo("{\"id\":\"i1\",\"state\":\"DELETING\",\"labels\":{}}");
    assertThat(json(known))
        .isEqualTo(
            """
            {"id":"i1","state":"DELETING","labels":{"k":"v"},"template":"base",\
            "startedAt":"2026-08-17T10:00:00Z","expiresAt":"2026-08-17T10:01:00Z"}""");
    assertThat(known).isNotEqualTo(bare).isEqualTo(known.withTemplate("base"));
  }

  @Test
  void anOutputShowsItsText() throws Exception {
    assertThat(json(CapturedOutput.complete(new byte[] {'a', '\n'})))
        .isEqualTo("{\"text\":\"a\\n\",\"isComplete\":true,\"totalBytes\":2}");
  }

  @Test
  void processesShowNoVariables() throws Exception {
    ProcessRef ref = ProcessRef.parse("e2b:sandbox/7/nonce");
    ProcessInfo info =
        ProcessInfo.of(ref, List.of("env"), ProcessInfo.State.RUNNING)
            .withEnvironment(Map.of("TOKEN", "secret"))
            .withTag("web")
            .withDirectory("/srv");

    assertThat(json(info))
        .isEqualTo(
            """
            {"ref":"e2b:sandbox/7/nonce","command":["env"],"state":"RUNNING","tag":"web",\
            "directory":"/srv"}""");
    assertThat(info.environment()).containsEntry("TOKEN", "secret");
    assertThat(info).isEqualTo(info.withTag("web")).isNotEqualTo(info.withTag("db"));
  }
}
