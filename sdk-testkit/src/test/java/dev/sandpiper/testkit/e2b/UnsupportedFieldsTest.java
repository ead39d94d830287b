package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testkit.LocalSandboxes;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not done is not accepted. */
class UnsupportedFieldsTest {
  @RegisterExtension
  final LocalServer server = new LocalServer(LocalSandboxes.builder().acceptUnenforced("mcp"));

  private HttpResponse<String> create(String fields) throws Exception {
    return server.control("POST", "/v2/sandboxes", "{\"templateID\":\"base\"," + fields + "}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "network             | {\"allowOut\":[\"1.1.1.1\"]}",
        "network             | {\"allowPublicTraffic\":false}",
        "network             | {\"rules\":{\"a.example\":[]}}",
        "iam                 | {\"tokens\":{\"a\":{}}}",
        "volumeMounts        | [{\"name\":\"v\",\"path\":\"/v\"}]",
        "iam                 | {\"tokens\":{\"a\":{\"audience\":\"b\",\"tokenType\":\"JWT-SVID\"}}}",
        "lifecycle           | {\"onTimeout\":\"pause\"}",
        "lifecycle           | {\"autoResume\":true}",
        "allow_internet_access | false",
        "metaData            | {\"a\":\"b\"}"
      })
  void whatCannotBeHonouredIsRefusedByName(String field, String value) throws Exception {
    HttpResponse<String> answer = create("\"" + field + "\":" + value);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("do not support " + field + " as it was sent");
    assertThat(server.control("GET", "/v2/sandboxes", "").body()).isEqualTo("[]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"autoPause\":false",
        "\"autoPauseMemory\":true",
        "\"autoResume\":{\"enabled\":false}",
        "\"network\":{\"allowPublicTraffic\":true,\"allowOut\":[]}",
        "\"volumeMounts\":[]",
        "\"iam\":{\"tokens\":{}}",
        "\"lifecycle\":{\"onTimeout\":\"kill\",\"autoResume\":false}",
        "\"allow_internet_access\":true",
        "\"mcp\":null",
        "\"mcp\":{\"github/a/b\":{\"runCmd\":\"x\"}}"
      })
  void whatAsksForNothingOrWasNamedIsAccepted(String field) throws Exception {
    HttpResponse<String> answer = create(field);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
  }

  @Test
  void noLifeIsLongerThanADay() throws Exception {
    HttpResponse<String> endless = create("\"timeout\":999999999");
    assertThat(endless.statusCode()).isEqualTo(400);
    assertThat(endless.body()).contains("timeout cannot be greater than 24 hours");

    TestSandbox sandbox = server.create();
    String path = "/sandboxes/" + sandbox.id();
    String tooLong = "{\"timeout\":999999999}";
    assertThat(server.control("POST", path + "/connect", tooLong).statusCode()).isEqualTo(400);
    assertThat(server.control("POST", path + "/timeout", tooLong).statusCode()).isEqualTo(204);
    String end =
        LocalServer.json.readTree(server.control("GET", path, "").body()).path("endAt").asText();
    assertThat(Instant.parse(end)).isBefore(Instant.now().plus(Duration.ofHours(24)));
  }

  @Test
  void anIdempotencyKeyIsHonouredByTheSecondVersionOnly() throws Exception {
    HttpResponse<String> answer =
        server.control("POST", "/sandboxes", "{\"templateID\":\"base\"}", "Idempotency-Key", "a-1");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("do not support Idempotency-Key");
  }

  @Test
  void aNetworkWithRulesIsRefusedLaterToo() throws Exception {
    TestSandbox sandbox = server.create();
    String path = "/sandboxes/" + sandbox.id() + "/network";
    for (String rules :
        List.of("{\"denyOut\":[\"0.0.0.0/0\"]}", "{\"allow_internet_access\":false}")) {
      HttpResponse<String> answer = server.control("PUT", path, rules);
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("do not support network as it was sent");
    }
    assertThat(server.control("PUT", path, "{}").statusCode()).isEqualTo(204);
    assertThat(server.control("PUT", path, "{\"allowOut\":[]}").statusCode()).isEqualTo(204);
    assertThat(server.control("PUT", "/sandboxes/nobody/network", "{}").statusCode())
        .isEqualTo(404);
  }
}
