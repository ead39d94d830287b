package dev.sandpiper.mcp;

import dev.sandpiper.CancelledException;
import dev.sandpiper.agent.AgentTool;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.agent.ToolResult;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** The calls of tools, which run concurrently, and which their client may cancel. */
final class ToolCalls {
  private static final int MOST_AT_ONCE = 32;

  /** The id of a request, a string or a number, belongs to the client that chose it. */
  private record Key(String session, Object id) {}

  /** One call: the thread that runs it, or that it was cancelled. */
  static final class Running {
    private final Key key;
    private @Nullable Thread thread; // guarded by this; null before it runs, and after
    private boolean cancelled; // guarded by this

    private Running(Key key) {
      this.key = key;
    }

    private synchronized boolean begin() {
      thread = Thread.currentThread();
      return !cancelled;
    }

    /**
     * Also clears the interrupt of a cancellation, which must not affect the thread's next task.
     */
    @SuppressWarnings("ThreadInterruptedUnused") // only the clearing matters
    private synchronized boolean end() {
      thread = null;
      if (cancelled) {
        Thread.interrupted();
      }
      return cancelled;
    }

    private synchronized void cancel() {
      cancelled = true;
      if (thread != null) {
        thread.interrupt();
      }
    }
  }

  private final SandboxTools tools;
  private final McpJsonMapper mapper;
  private final Semaphore free = new Semaphore(MOST_AT_ONCE);
  private final Map<Key, Running> running = new ConcurrentHashMap<>();

  ToolCalls(SandboxTools tools, McpJsonMapper mapper) {
    this.tools = tools;
    this.mapper = mapper;
  }

  /** The tools as the SDK's server lists them to clients. */
  List<SyncToolSpecification> specifications() {
    return tools.all().stream().map(this::specification).toList();
  }

  private SyncToolSpecification specification(AgentTool tool) {
    Tool shown =
        Tool.builder(tool.name(), mapper, tool.inputSchema())
            .description(tool.description())
            .build();
    return new SyncToolSpecification(
        shown, (context, request) -> result(call(tool.name(), written(request.arguments()))));
  }

  Running register(String session, Object id) {
    Running call = new Running(new Key(session, id));
    // Two requests with the same id cannot be distinguished: a cancellation ends the earlier one.
    running.putIfAbsent(call.key, call);
    return call;
  }

  void cancel(String session, Object id) {
    Running call = running.get(new Key(session, id));
    if (call != null) {
      call.cancel();
    }
  }

  void close() {
    running.values().forEach(Running::cancel);
  }

  /** Empty for a cancelled call, whose client does not expect a response. */
  Optional<JSONRPCResponse> run(Running call, JSONRPCRequest request) {
    JSONRPCResponse response = null;
    try {
      if (call.begin()) {
        response = answered(request);
      }
    } finally {
      running.remove(call.key, call);
      if (call.end()) {
        response = null;
      }
    }
    return Optional.ofNullable(response);
  }

  private @Nullable JSONRPCResponse answered(JSONRPCRequest request) {
    if (!(request.params() instanceof Map<?, ?> params)
        || !(params.get("name") instanceof String name)) {
      return JSONRPCResponse.error(
          request.id(),
          new JSONRPCError(ErrorCodes.INVALID_PARAMS, "tools/call needs the name of a tool."));
    }
    try {
      return JSONRPCResponse.result(
          request.id(), result(call(name, written(params.get("arguments")))));
    } catch (CancelledException e) {
      return null; // its thread was interrupted, by the client's cancellation or by close
    }
  }

  private ToolResult call(String name, String arguments) {
    if (!free.tryAcquire()) {
      return new ToolResult(
          name
              + " was not run: "
              + MOST_AT_ONCE
              + " calls run already. Wait until one of them ends.",
          true);
    }
    try {
      return tools.call(name, arguments);
    } finally {
      free.release();
    }
  }

  private String written(@Nullable Object arguments) {
    try {
      return arguments == null ? "" : mapper.writeValueAsString(arguments);
    } catch (IOException e) {
      throw new IllegalStateException("what was read as JSON cannot be written as JSON", e);
    }
  }

  private static CallToolResult result(ToolResult result) {
    return CallToolResult.builder().addTextContent(result.text()).isError(result.isError()).build();
  }
}
