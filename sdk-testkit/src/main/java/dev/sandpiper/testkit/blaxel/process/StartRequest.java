package dev.sandpiper.testkit.blaxel.process;

import dev.sandpiper.testkit.blaxel.api.RequestBody;
import dev.sandpiper.testkit.http.GoJson.MalformedException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /process}.
 *
 * @param name null for the server's choice
 * @param timeoutSeconds null if none is given
 */
public record StartRequest(
    String command,
    @Nullable String name,
    String workingDir,
    Map<String, String> env,
    boolean waitForCompletion,
    @Nullable Integer timeoutSeconds,
    List<Integer> waitForPorts,
    boolean restartOnFailure,
    int maxRestarts,
    boolean keepAlive) {
  private static final int KEEP_ALIVE_SECONDS = 600;

  public StartRequest {
    env = Map.copyOf(env);
    waitForPorts = List.copyOf(waitForPorts);
  }

  /**
   * Parses a body as Go does: unknown fields are ignored, null means the default.
   *
   * @throws MalformedException if it is malformed
   */
  public static StartRequest parse(byte[] body) {
    RequestBody fields = RequestBody.parse(body, "ProcessRequest", "handler.ProcessRequest");
    String name = fields.text("name");
    Integer restarts = fields.number("maxRestarts");
    StartRequest request =
        new StartRequest(
            fields.text("command"),
            name.isEmpty() ? null : name,
            fields.text("workingDir"),
            fields.texts("env"),
            fields.truth("waitForCompletion"),
            fields.number("timeout"),
            fields.numbers("waitForPorts"),
            fields.truth("restartOnFailure"),
            restarts == null ? 0 : restarts,
            fields.truth("keepAlive"));
    if (request.command.isEmpty()) {
      throw new MalformedException(
          "Key: 'ProcessRequest.Command' Error:Field validation for 'Command' failed on the"
              + " 'required' tag");
    }
    return request;
  }

  /** The part to keep once it cannot be started again. */
  StartRequest withoutVariables() {
    return new StartRequest(
        command,
        name,
        workingDir,
        Map.of(),
        waitForCompletion,
        timeoutSeconds,
        waitForPorts,
        restartOnFailure,
        maxRestarts,
        keepAlive);
  }

  /** The limit of waits, and of a process that keeps the sandbox awake; zero for no limit. */
  int limitSeconds() {
    boolean usual = timeoutSeconds == null || timeoutSeconds < 0;
    if (keepAlive && usual) return KEEP_ALIVE_SECONDS;
    return usual || timeoutSeconds == null ? 0 : timeoutSeconds;
  }
}
