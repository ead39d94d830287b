package dev.sandpiper.compat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * One program that drives a vendor's client. It writes a line of JSON for each call that it checked
 * ({@code passed}, or {@code failed} and {@code why}), and for each question about what our client
 * sees ({@code ask}), which is answered with a line on its input.
 */
final class VendorProgram {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LIMIT_SECONDS = 240;

  private final String client;
  private final List<String> command;

  VendorProgram(String client, List<String> command) {
    this.client = client;
    this.command = command;
  }

  Outcome run(Map<String, String> environment, OurView ours)
      throws IOException, InterruptedException {
    Set<String> checked = new TreeSet<>();
    List<String> faults = new ArrayList<>();
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    Process process = builder.start();
    // A program that hangs would otherwise hold the build: its end closes the pipe that is read.
    Thread limit = new Thread(() -> killAfterTheLimit(process), "limit of " + client);
    limit.setDaemon(true);
    limit.start();
    try (BufferedReader lines = process.inputReader(UTF_8);
        Writer answers = process.outputWriter(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("{")) continue;
        JsonNode message = JSON.readTree(line);
        if (message.has("ask")) {
          answers.write(JSON.writeValueAsString(ours.answer(message.path("ask"))) + "\n");
          answers.flush();
        } else if (message.has("passed")) {
          checked.add(message.path("passed").asText());
        } else {
          String call = message.path("failed").asText();
          faults.add("FAILED " + client + " " + call + ": " + message.path("why").asText());
        }
      }
      int status = process.waitFor();
      if (status != 0) faults.add("FAILED " + client + " its program ended with " + status);
    } finally {
      limit.interrupt();
      Process unused = process.destroyForcibly();
    }
    return new Outcome(client, checked, 0, faults);
  }

  private static void killAfterTheLimit(Process process) {
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
