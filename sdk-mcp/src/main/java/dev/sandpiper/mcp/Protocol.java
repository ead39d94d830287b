package dev.sandpiper.mcp;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandpiper.agent.SandboxTools;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpStatelessServerHandler;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/**
 * Handles messages of MCP, independent of the transport. The SDK's stateless server handles all
 * except the calls of tools: it supports neither their cancellation nor an error result for an
 * unknown tool. Safe for use by many threads.
 */
final class Protocol {
  private static final String CANCELLED = "notifications/cancelled";

  private final McpJsonMapper mapper;
  private final McpStatelessServerHandler handler;
  private final ToolCalls calls;

  private Protocol(McpJsonMapper mapper, McpStatelessServerHandler handler, ToolCalls calls) {
    this.mapper = mapper;
    this.handler = handler;
    this.calls = calls;
  }

  static Protocol of(SandboxTools tools) {
    McpJsonMapper mapper = new JacksonMcpJsonMapper(new ObjectMapper());
    HandlerHolder holder = new HandlerHolder();
    ToolCalls calls = new ToolCalls(tools, mapper);
    McpServer.sync(holder)
        .serverInfo("sandpiper", Version.text())
        .instructions(
            "The tools work in one sandbox, a machine of its own. Files and started commands stay"
                + " there from call to call.")
        .capabilities(ServerCapabilities.builder().tools(false).build())
        .jsonMapper(mapper)
        // The tools validate their arguments themselves, with better messages.
        .validateToolInputs(false)
        .jsonSchemaValidator((schema, content) -> ValidationResponse.asValid(""))
        .immediateExecution(true)
        .tools(calls.specifications())
        .build();
    return new Protocol(mapper, holder.handler(), calls);
  }

  /** A received message that was not handled yet. */
  record Received(JSONRPCMessage message, Optional<ToolCalls.Running> call) {}

  /**
   * Parses a message. A cancellation takes effect here, and a call can be cancelled from here on.
   * Call this in the order of the messages.
   *
   * @param session distinguishes the request ids of this client from those of others
   * @throws IOException if it is not a JSON-RPC message
   */
  Received receive(String session, String text) throws IOException {
    JSONRPCMessage message = parse(text);
    if (message instanceof JSONRPCRequest request
        && request.method().equals(McpSchema.METHOD_TOOLS_CALL)) {
      return new Received(message, Optional.of(calls.register(session, request.id())));
    }
    if (message instanceof JSONRPCNotification notification
        && notification.method().equals(CANCELLED)
        && notification.params() instanceof Map<?, ?> params
        && params.get("requestId") != null) {
      calls.cancel(session, params.get("requestId"));
    }
    return new Received(message, Optional.empty());
  }

  private JSONRPCMessage parse(String text) throws IOException {
    try {
      return McpSchema.deserializeJsonRpcMessage(mapper, text);
    } catch (IllegalArgumentException e) {
      throw new IOException("not a message of JSON-RPC 2.0", e);
    }
  }

  /** Blocks while a tool runs. Empty if there is no response, as for a cancelled call. */
  Optional<String> answer(Received received) {
    if (received.call().isPresent() && received.message() instanceof JSONRPCRequest request) {
      return calls.run(received.call().get(), request).map(this::text);
    }
    if (received.message() instanceof JSONRPCRequest request) {
      return Optional.ofNullable(handler.handleRequest(McpTransportContext.EMPTY, request).block())
          .map(this::text);
    }
    if (received.message() instanceof JSONRPCNotification notification
        && !notification.method().equals(CANCELLED)) {
      handler.handleNotification(McpTransportContext.EMPTY, notification).block();
    }
    return Optional.empty();
  }

  /** The error response to a malformed message, which has no id. */
  String unreadable(String reason) {
    return text(
        Map.of(
            "jsonrpc",
            McpSchema.JSONRPC_VERSION,
            "error",
            new JSONRPCError(ErrorCodes.PARSE_ERROR, reason)));
  }

  /** Ends the running calls, as if each had been cancelled. */
  void close() {
    calls.close();
  }

  private String text(Object message) {
    try {
      return mapper.writeValueAsString(message);
    } catch (IOException e) {
      throw new UncheckedIOException("writing a response failed", e);
    }
  }

  private String text(JSONRPCResponse response) {
    return text((Object) response);
  }
}
