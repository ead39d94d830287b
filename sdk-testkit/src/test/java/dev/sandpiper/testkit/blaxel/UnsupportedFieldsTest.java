package dev.sandpiper.testkit.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testkit.blaxel.process.Limits;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is not done is not accepted. */
class UnsupportedFieldsTest {
  private static final BlaxelOptions OPTIONS =
      new BlaxelOptions(Set.of(), 0, 0, false, false, Set.of(), Set.of("spec.volumes"), null);

  @RegisterExtension final LocalBlaxel blaxel;

  UnsupportedFieldsTest() throws IOException {
    blaxel = new LocalBlaxel(OPTIONS, Limits.REAL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spec.enabled            | {\"enabled\":false}",
        "spec.region             | {\"region\":\"eu-lon-1\"}",
        "spec.vpc                | {\"vpc\":\"mine\"}",
        "spec.network            | {\"network\":{\"proxy\":{\"allowedDomains\":[\"a.com\"]}}}",
        "spec.storageMb          | {\"storageMb\":1}",
        "spec.runtime.memory     | {\"runtime\":{\"memory\":2048}}",
        "spec.runtime.extraArgs  | {\"runtime\":{\"extraArgs\":{\"iptables\":\"enabled\"}}}",
        "spec.runtime.ports.protocol | {\"runtime\":{\"ports\":[{\"target\":1,\"protocol\":\"UDP\"}]}}",
        "spec.lifecycle.expirationPolicies.action"
            + " | {\"lifecycle\":{\"expirationPolicies\":[{\"type\":\"ttl-idle\",\"value\":\"1h\",\"action\":\"stop\"}]}}"
      })
  void whatCannotBeHonouredIsRefusedByName(String field, String spec) throws Exception {
    HttpResponse<String> answer = blaxel.control("POST", "/sandboxes", "{\"spec\":" + spec + "}");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("do not support " + field + " as it was sent");
  }

  @Test
  void whatAsksForNothingOrWasNamedIsAccepted() throws Exception {
    LocalBlaxelSandbox unused =
        blaxel.create(
            "{\"spec\":{\"region\":\"us-pdx-1\",\"network\":{},\"volumes\":[{\"name\":\"v\"}],"
                + "\"runtime\":{\"memory\":4096,\"generation\":\"mk3\",\"ports\":[{\"target\":3000}]},"
                + "\"lifecycle\":{\"expirationPolicies\":[{\"type\":\"ttl-idle\",\"value\":\"1h\","
                + "\"action\":\"delete\"}]}}}");
  }

  @Test
  void theRouteByExternalIdIsNoSandbox() throws Exception {
    HttpResponse<String> answer = blaxel.control("GET", "/sandboxes/by-external-id", "");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("the local Blaxel has no GET /sandboxes/by-external-id");
  }
}
