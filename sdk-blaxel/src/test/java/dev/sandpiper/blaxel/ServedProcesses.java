package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.wire.Json;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;

/** The processes that a sandbox's server has started on this machine, and its records of them. */
final class ServedProcesses {
  /**
   * The shell's own outputs are what the server logs; perl tells how it ended. Only the command has
   * the command's variables: perl stands for the server, which no sweep for them may find. Signals
   * are the command's own, whatever those ignore who started this build.
   */
  private static final String RUN =
      "use POSIX; $log = shift; $p = fork; if (!$p) { POSIX::setsid();"
          + " $SIG{$_} = 'DEFAULT' for qw(HUP INT QUIT);"
          + " while (($v = shift) ne '--') { $v =~ /(.*?)=(.*)/s; $ENV{$1} = $2 }"
          + " open(STDIN, '<', '/dev/null'); open(STDOUT, '>>', $log); open(STDERR, '>>', $log);"
          + " exec @ARGV; POSIX::_exit(127) } $| = 1; print \"$p\\n\"; waitpid($p, 0);"
          + " print(($? & 127) ? \"-1\\n\" : (($? >> 8) . \"\\n\"))";

  private final Map<String, Running> processes = new ConcurrentHashMap<>();

  private static final class Running {
    final String name;
    final String command;
    final Path out;
    volatile String pid = "";
    volatile String status = "running";
    volatile int exitCode;
    volatile boolean completed;
    final CountDownLatch ended = new CountDownLatch(1);

    Running(String name, String command, Path out) {
      this.name = name;
      this.command = command;
      this.out = out;
    }
  }

  /**
   * Starts a process, and waits for its end if that is asked.
   *
   * @param directory where its output goes, and where it runs unless it says otherwise
   */
  MockResponse start(JsonNode asked, Path directory, Map<String, String> environment)
      throws Exception {
    String name = asked.path("name").asText();
    Running running =
        new Running(name, asked.path("command").asText(), directory.resolve(name + ".log"));
    List<String> supervised = new ArrayList<>(List.of("perl", "-e", RUN, running.out.toString()));
    asked
        .path("env")
        .properties()
        .forEach(each -> supervised.add(each.getKey() + "=" + each.getValue().asText()));
    supervised.addAll(List.of("--", "/bin/sh", "-c", running.command));
    ProcessBuilder builder = new ProcessBuilder(supervised);
    builder.environment().putAll(environment);
    builder.environment().put("SANDPIPER_TEST", directory.toString());
    builder.directory(new File(asked.path("workingDir").asText(directory.toString())));
    java.lang.Process process = builder.start();
    BufferedReader told =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    running.pid = Objects.requireNonNull(told.readLine());
    processes.put(name, running);
    awaitEnd(running, process, told);
    int limit = asked.path("timeout").asInt(0);
    if (asked.path("waitForCompletion").asBoolean()
        && !running.ended.await(limit == 0 ? Integer.MAX_VALUE : limit, TimeUnit.SECONDS)) {
      return ScriptedBlaxel.error(422, "process timed out after " + limit + " seconds");
    }
    return ScriptedBlaxel.json(200, record(running).toString());
  }

  /** Notes how the process has ended, on a thread of its own. */
  private static void awaitEnd(Running running, java.lang.Process process, BufferedReader told) {
    Thread waiting =
        new Thread(
            () -> {
              try {
                String code = told.readLine(); // null once a test has killed the starter, too
                running.exitCode = code == null ? -1 : Integer.parseInt(code);
                process.waitFor();
              } catch (IOException | InterruptedException e) {
                running.exitCode = -1;
              }
              if (running.status.equals("running")) {
                running.status = running.exitCode == 0 ? "completed" : "failed";
              }
              running.completed = true;
              running.ended.countDown();
            },
            "server-process");
    waiting.setDaemon(true);
    waiting.start();
  }

  private static ObjectNode record(Running running) throws IOException {
    String logs = Files.exists(running.out) ? Files.readString(running.out) : "";
    return Json.object()
        .put("pid", running.pid)
        .put("name", running.name)
        .put("command", running.command)
        .put("status", running.status)
        .put("startedAt", "Fri, 20 Nov 2026 17:33:43 GMT")
        .put("completedAt", running.completed ? "Fri, 20 Nov 2026 17:33:44 GMT" : "")
        .put("exitCode", running.exitCode)
        .put("stdout", logs)
        .put("stderr", "")
        .put("logs", logs);
  }

  /** What is told of a process. */
  ObjectNode recordOf(String name) {
    try {
      return record(Objects.requireNonNull(processes.get(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is told of all processes. */
  List<ObjectNode> records() {
    return processes.keySet().stream().map(this::recordOf).toList();
  }

  /** Tells of a process, or stops it. */
  MockResponse answer(String method, List<String> segments) throws Exception {
    Running running = processes.get(segments.get(2));
    if (running == null) {
      return ScriptedBlaxel.error(404, "process not found");
    }
    if (method.equals("GET")) {
      return ScriptedBlaxel.json(200, record(running).toString());
    }
    boolean kill = segments.size() > 3;
    running.status = kill ? "killed" : "stopped";
    new ProcessBuilder("kill", kill ? "-KILL" : "-TERM", "--", "-" + running.pid).start().waitFor();
    return ScriptedBlaxel.json(200, "{\"message\":\"done\"}");
  }
}
