package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.BlaxelFault;
import dev.sandpiper.testkit.blaxel.api.BlaxelPlaces;
import dev.sandpiper.testkit.blaxel.files.FilesystemEndpoint;
import dev.sandpiper.testkit.blaxel.process.CommandStarter;
import dev.sandpiper.testkit.blaxel.process.Commands;
import dev.sandpiper.testkit.blaxel.process.FirstProcess;
import dev.sandpiper.testkit.blaxel.process.Limits;
import dev.sandpiper.testkit.blaxel.process.Machinery;
import dev.sandpiper.testkit.blaxel.process.PlainStarter;
import dev.sandpiper.testkit.blaxel.process.ProcessEndpoint;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.OpenRequests;
import dev.sandpiper.testkit.machine.Directories;
import dev.sandpiper.testkit.machine.ProcessFamily;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The machine of one sandbox: its directory, processes, server and open requests. */
final class RunningSandbox {
  /** The variable by which all processes of a sandbox are found. */
  private static final String MARK = "SANDPIPER_SANDBOX_ID";

  /** The values that Go parses as true. */
  private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");

  /** The state shared by all sandboxes. */
  record Host(
      Path root,
      @Nullable Path firstProcess,
      Set<BlaxelFault> faults,
      Limits limits,
      boolean wholeHost,
      ServerThreads threads) {}

  private final String id;
  private final Path own;
  private final Machinery machinery;
  private final Commands commands;
  private final FilesystemEndpoint files;
  private final SandboxApi api;
  private final OpenRequests requests = new OpenRequests();
  private volatile Instant lastUsedAt = Instant.now();

  private RunningSandbox(String id, Path own, Machinery machinery, CommandStarter starter) {
    this.id = id;
    this.own = own;
    this.machinery = machinery;
    this.commands = new Commands(machinery, starter);
    this.files = new FilesystemEndpoint(machinery.places(), machinery.limits().textKeepAlive());
    this.api = new SandboxApi(new ProcessEndpoint(machinery, commands, requests), files);
  }

  /**
   * Creates the directories and starts the process that starts commands.
   *
   * @param id unique on this machine
   */
  static RunningSandbox start(String id, Map<String, String> variables, Host host)
      throws IOException {
    Path own =
        Files.createDirectory(
            host.root.resolve(id),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path home = Files.createDirectory(own.resolve("blaxel"));
    Path logs = Files.createDirectory(own.resolve("logs"));
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PATH", System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin"));
    environment.put("HOME", home.toString());
    environment.putAll(variables);
    Machinery machinery =
        new Machinery(
            new BlaxelPlaces(home, logs, host.wholeHost),
            environment,
            marks(id, environment, home),
            host.faults,
            host.limits,
            host.threads);
    CommandStarter starter =
        host.firstProcess == null
            ? new PlainStarter()
            : FirstProcess.start(host.firstProcess, host.threads);
    RunningSandbox sandbox = new RunningSandbox(id, own, machinery, starter);
    sandbox.files.start();
    return sandbox;
  }

  /**
   * The variables that every command has, regardless of its own. The real server adds the user if
   * the image has opted into one, otherwise none. Here processes run as this machine's user.
   */
  private static Map<String, String> marks(String id, Map<String, String> environment, Path home) {
    String enabled = environment.getOrDefault("BL_SANDBOX_USER_ENABLED", "").strip();
    String user = environment.getOrDefault("BL_SANDBOX_USER", "").strip().split(":", 2)[0];
    if (user.isEmpty() || !TRUE.contains(enabled)) return Map.of(MARK, id);
    return Map.of(MARK, id, "HOME", home.toString(), "USER", user, "LOGNAME", user);
  }

  /** Handles a request; one that is open when the sandbox ends is cut off. */
  void handle(Exchange exchange, String rawPath, String prefix) throws IOException {
    lastUsedAt = Instant.now();
    exchange.allowIntrusions(machinery.has(BlaxelFault.LEFT_BEHIND_POISONS));
    requests.add(exchange);
    try {
      api.handle(exchange, rawPath, prefix);
    } finally {
      requests.remove(exchange);
      lastUsedAt = Instant.now();
    }
  }

  /** When it was last used; now, while a request is open. */
  Instant lastUsedAt() {
    return requests.isEmpty() ? lastUsedAt : Instant.now();
  }

  /** Kills every process, aborts every request and deletes the directory. */
  void kill() {
    machinery.stop();
    requests.close();
    files.close();
    commands.close();
    new ProcessFamily(MARK, id, List::of).kill();
    Directories.delete(own);
  }
}
