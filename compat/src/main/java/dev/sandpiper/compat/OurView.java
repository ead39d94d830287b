package dev.sandpiper.compat;

import static java.util.stream.Collectors.toCollection;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ExecResult;
import dev.sandpiper.FileInfo;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bSnapshot;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What our client sees of a sandbox that another client made. */
final class OurView implements AutoCloseable {
  private final SandboxClient client;
  private final Map<String, Sandbox> connected = new HashMap<>();

  OurView(SandboxClient client) {
    this.client = client;
  }

  /** The answer, or the name of the exception that was thrown. */
  Map<String, ?> answer(JsonNode question) {
    try {
      return Map.of("answer", seen(question));
    } catch (SandboxException e) {
      return Map.of(
          "error", e.getClass().getSimpleName(), "message", String.valueOf(e.getMessage()));
    }
  }

  private Object seen(JsonNode question) {
    String id = question.path("sandbox").asText();
    String path = question.path("path").asText();
    return switch (question.path("what").asText()) {
      case "text" -> sandbox(id).files().readText(path);
      case "bytes" -> Base64.getEncoder().encodeToString(sandbox(id).files().readBytes(path));
      case "exists" -> sandbox(id).files().exists(path);
      case "names" -> names(sandbox(id), path);
      case "stat" -> stat(sandbox(id).files().stat(path));
      case "shell" -> shell(sandbox(id), question.path("command").asText());
      case "commands" -> commands(sandbox(id));
      case "info" -> info(id);
      case "snapshots" -> snapshots();
      default -> throw new IllegalArgumentException("no such question: " + question);
    };
  }

  /** Connects once: it may resume a sandbox, and so must not happen after the program paused it. */
  private Sandbox sandbox(String id) {
    return connected.computeIfAbsent(id, missing -> client.connect(missing, Duration.ofMinutes(5)));
  }

  private static Set<String> names(Sandbox sandbox, String path) {
    return sandbox.files().list(path).stream()
        .map(FileInfo::name)
        .collect(toCollection(TreeSet::new));
  }

  private static Map<String, ?> stat(FileInfo file) {
    Map<String, Object> seen = new HashMap<>();
    seen.put("name", file.name());
    seen.put("type", lower(file.type()));
    seen.put("size", file.size());
    seen.put("mode", file.mode() & 0777);
    seen.put("metadata", file.metadata());
    file.linkTarget().ifPresent(target -> seen.put("target", target));
    return seen;
  }

  private static Map<String, ?> shell(Sandbox sandbox, String command) {
    ExecResult result = sandbox.shell(command);
    return Map.of(
        "stdout", result.stdout().text(),
        "stderr", result.stderr().text(),
        "status", result.exit().code().orElse(-1));
  }

  private static Set<String> commands(Sandbox sandbox) {
    return sandbox.processes().list().stream()
        .filter(process -> process.state() == ProcessInfo.State.RUNNING)
        .map(process -> String.join(" ", process.command()))
        .collect(toCollection(TreeSet::new));
  }

  /** From the list, which wakes no sandbox. State none: it is not there. */
  private Map<String, ?> info(String id) {
    for (SandboxInfo info : client.list()) {
      if (!info.id().equals(id)) continue;
      return Map.of(
          "state", lower(info.state()),
          "labels", info.labels(),
          "template", info.template().orElse(""));
    }
    return Map.of("state", "none");
  }

  private Set<String> snapshots() {
    return ((E2bClient) client)
        .snapshots().stream().map(E2bSnapshot::id).collect(toCollection(TreeSet::new));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() {
    connected.values().forEach(Sandbox::detach);
    client.close();
  }
}
