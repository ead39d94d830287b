package dev.sandpiper.testkit.blaxel;

import static dev.sandpiper.testkit.blaxel.LocalBlaxel.eventually;
import static dev.sandpiper.testkit.blaxel.LocalBlaxelSandbox.command;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.testkit.blaxel.process.Limits;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sandboxes made, found, changed and deleted. */
class ControlPlaneTest {
  @RegisterExtension final LocalBlaxel blaxel;

  ControlPlaneTest() throws IOException {
    blaxel =
        new LocalBlaxel(
            new BlaxelOptions(
                Set.of("blaxel/base-image:latest", "blaxel/node:latest"),
                0,
                0,
                false,
                false,
                Set.of(),
                Set.of("spec.runtime.memory"),
                null),
            Limits.REAL);
  }

  @Test
  void whatWatchesASandboxRunsFromItsFirstMoment() throws Exception {
    Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc")), "needs Linux");
    long before = watchers();
    LocalBlaxelSandbox unused = blaxel.create();
    assertThat(watchers()).isEqualTo(before + 1);
  }

  private static long watchers() {
    return ProcessHandle.current()
        .children()
        .filter(child -> commandLine(child.pid()).contains("inotify"))
        .count();
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
    } catch (IOException e) {
      return ""; // no Linux, or ended in between
    }
  }

  @Test
  void aSandboxWithoutANameGetsOne() throws Exception {
    String answer = blaxel.control("POST", "/sandboxes", "{}").body();
    assertThat(answer).containsPattern("\"name\":\"sandbox-[a-z0-9]{12}\"");
  }

  @Test
  void whatIsSentIsEchoedAndItsVariablesReachTheProcesses() throws Exception {
    LocalBlaxelSandbox sandbox =
        blaxel.create(
            "{\"metadata\":{\"name\":\"one\",\"labels\":{\"a\":\"b\"},\"externalId\":\"mine-1\"},"
                + "\"spec\":{\"runtime\":{\"image\":\"blaxel/node:latest\",\"memory\":2048,"
                + "\"ports\":[{\"name\":\"web\",\"target\":3000,\"protocol\":\"HTTP\"}],"
                + "\"envs\":[{\"name\":\"COLOUR\",\"value\":\"blue\"}]}}}");
    JsonNode found = blaxel.controlled("GET", "/sandboxes/one", "");

    assertThat(found.at("/metadata/labels/a").asText()).isEqualTo("b");
    assertThat(found.at("/spec/runtime/memory").asInt()).isEqualTo(2048);
    assertThat(found.at("/spec/runtime/ports/0/target").asInt()).isEqualTo(3000);
    assertThat(found.path("status").asText()).isEqualTo("DEPLOYED");
    assertThat(sandbox.run("echo $COLOUR").path("stdout").asText()).isEqualTo("blue\n");
    assertThat(
            blaxel
                .controlled("GET", "/sandboxes/by-external-id/mine-1", "")
                .at("/metadata/name")
                .asText())
        .isEqualTo("one");
  }

  @Test
  void aNameIsTakenUntilItsSandboxIsGone() throws Exception {
    LocalBlaxelSandbox first = blaxel.create("{\"metadata\":{\"name\":\"one\"}}");
    HttpResponse<String> conflict =
        blaxel.control("POST", "/sandboxes", "{\"metadata\":{\"name\":\"one\"}}");
    assertThat(conflict.statusCode()).isEqualTo(409);
    assertThat(conflict.body()).contains("\"SANDBOX_ALREADY_EXISTS\"");
    JsonNode again =
        blaxel.controlled(
            "POST", "/sandboxes?createIfNotExist=true", "{\"metadata\":{\"name\":\"one\"}}");
    assertThat(again.at("/metadata/url").asText()).isEqualTo(first.url());

    assertThat(blaxel.controlled("DELETE", "/sandboxes/one", "").path("status").asText())
        .isIn("DELETING", "TERMINATED");
    eventually(
        () ->
            blaxel
                .controlled("GET", "/sandboxes/one", "")
                .path("status")
                .asText()
                .equals("TERMINATED"));
    LocalBlaxelSandbox second = blaxel.create("{\"metadata\":{\"name\":\"one\"}}");
    assertThat(second.url()).isNotEqualTo(first.url());
    assertThat(first.get("/health").statusCode()).isEqualTo(404);
  }

  @Test
  void whatCannotBeIsRefused() throws Exception {
    assertThat(create("{\"metadata\":{\"name\":\"Upper Case\"}}")).isEqualTo(400);
    assertThat(create("{\"metadata\":{\"externalId\":\"" + "x".repeat(65) + "\"}}")).isEqualTo(400);
    assertThat(create("{\"metadata\":{\"externalId\":\"" + "x".repeat(64) + "\"}}")).isEqualTo(200);
    assertThat(create("{\"spec\":{\"runtime\":{\"ttl\":\"soon\"}}}")).isEqualTo(400);
    assertThat(create("{\"spec\":")).isEqualTo(400);
    HttpResponse<String> image =
        blaxel.control("POST", "/sandboxes", "{\"spec\":{\"runtime\":{\"image\":\"other\"}}}");
    assertThat(image.statusCode()).isEqualTo(400);
    assertThat(image.body()).contains("INVALID_IMAGE").contains("supported_images");
  }

  private int create(String body) throws IOException, InterruptedException {
    return blaxel.control("POST", "/sandboxes", body).statusCode();
  }

  @Test
  void aListComesInPagesOrWithoutAVersionWhole() throws Exception {
    for (int i = 0; i < 5; i++) blaxel.create("{\"metadata\":{\"name\":\"box-" + i + "\"}}");

    List<String> names = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page =
          blaxel.controlled("GET", "/sandboxes?limit=2&sort=name:asc&cursor=" + cursor, "");
      page.path("data").forEach(item -> names.add(item.at("/metadata/name").asText()));
      cursor = page.at("/meta/nextCursor").asText();
    } while (!cursor.isEmpty());
    assertThat(names).containsExactly("box-0", "box-1", "box-2", "box-3", "box-4");

    String url = blaxel.server().environment().get("BL_API_URL") + "/sandboxes?q=box-3";
    HttpRequest.Builder older =
        HttpRequest.newBuilder(URI.create(url))
            .header("Authorization", "Bearer " + blaxel.server().environment().get("BL_API_KEY"))
            .header("X-Blaxel-Workspace", "local");
    JsonNode bare = LocalBlaxel.json.readTree(blaxel.send(older).body());
    assertThat(bare.isArray()).isTrue();
    assertThat(bare).hasSize(1);
    assertThat(blaxel.control("GET", "/sandboxes?cursor=" + cursor + "x", "").statusCode())
        .isEqualTo(400);
  }

  @Test
  void aSandboxEndsWhenItsTimeIsOver() throws Exception {
    blaxel.create(
        "{\"metadata\":{\"name\":\"short\"},\"spec\":{\"runtime\":{\"ttl\":\"1s\"},"
            + "\"lifecycle\":{\"terminatedRetention\":\"1s\"}}}");

    eventually(() -> blaxel.control("GET", "/sandboxes/short", "").statusCode() == 404);
  }

  @Test
  void otherVariablesBeginTheMachineAnew() throws Exception {
    LocalBlaxelSandbox sandbox = blaxel.create("{\"metadata\":{\"name\":\"one\"}}");
    sandbox.run("echo kept > file");
    JsonNode record = blaxel.controlled("GET", "/sandboxes/one", "");
    blaxel.controlled("PUT", "/sandboxes/one", record.toString());
    assertThat(sandbox.run("cat file").path("stdout").asText()).isEqualTo("kept\n");

    blaxel.controlled(
        "PUT",
        "/sandboxes/one",
        "{\"spec\":{\"runtime\":{\"envs\":[{\"name\":\"A\",\"value\":\"1\"}]}}}");
    assertThat(sandbox.run("cat file; echo $A").path("stdout").asText()).isEqualTo("1\n");
  }

  @Test
  void aTokenForTheClientsSecretOpensBothPlanes() throws Exception {
    String url = blaxel.server().environment().get("BL_API_URL") + "/oauth/token";
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Authorization", "Basic " + blaxel.server().clientCredentials())
            .POST(BodyPublishers.ofString("{\"grant_type\":\"client_credentials\"}"));
    String token =
        LocalBlaxel.json.readTree(blaxel.send(request).body()).path("access_token").asText();

    LocalBlaxelSandbox sandbox = blaxel.create();
    HttpRequest.Builder health =
        HttpRequest.newBuilder(URI.create(sandbox.url() + "/health"))
            .header("X-Blaxel-Authorization", "Bearer " + token);
    assertThat(blaxel.send(health).statusCode()).isEqualTo(200);
    String wrong = Base64.getEncoder().encodeToString("a:b".getBytes(UTF_8));
    assertThat(
            blaxel
                .send(
                    HttpRequest.newBuilder(URI.create(url))
                        .header("Authorization", "Basic " + wrong)
                        .POST(BodyPublishers.ofString("{\"grant_type\":\"client_credentials\"}")))
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void theGatewaySaysThatItIsTheGateway() throws Exception {
    LocalBlaxelSandbox sandbox = blaxel.create();
    HttpResponse<String> anonymous =
        blaxel.send(HttpRequest.newBuilder(URI.create(sandbox.url() + "/health")));
    assertThat(anonymous.statusCode()).isEqualTo(401);
    assertThat(anonymous.body()).contains("\"origin\":\"platform\"");

    HttpResponse<String> gone = blaxel.send(blaxel.request(sandbox.url() + "x/health", "GET", ""));
    assertThat(gone.statusCode()).isEqualTo(404);
    assertThat(gone.headers().firstValue("X-Blaxel-Error-Code")).hasValue("WORKLOAD_NOT_FOUND");
  }

  @Test
  void aPortIsReachedThroughTheGatewayWithoutTheAccountsKey() throws Exception {
    LocalBlaxelSandbox sandbox = blaxel.create();
    String script =
        "exec perl -MIO::Socket::INET -e '"
            + "$s = IO::Socket::INET->new(LocalAddr => \"0.0.0.0\", Listen => 5) or die;"
            + "$| = 1; print $s->sockport, \"\\n\"; $c = $s->accept; $r = \"\";"
            + "while (($l = <$c>) =~ /\\S/) { $r .= $l } "
            + "print $c \"HTTP/1.1 200 OK\\r\\nContent-Length: \", length $r, \"\\r\\n\\r\\n$r\"'";
    sandbox.start(command(script).put("name", "web"));
    eventually(() -> sandbox.process("web").path("stdout").asText().endsWith("\n"));
    String port = sandbox.process("web").path("stdout").asText().strip();

    HttpResponse<String> response = sandbox.get("/port/" + port + "/some/path?x=1");
    assertThat(response.body()).startsWith("GET /some/path?x=1 ");
    assertThat(response.body())
        .doesNotContain(String.valueOf(blaxel.server().environment().get("BL_API_KEY")));
  }
}
