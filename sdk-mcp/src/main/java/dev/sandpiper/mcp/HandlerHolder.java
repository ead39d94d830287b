package dev.sandpiper.mcp;

import io.modelcontextprotocol.server.McpStatelessServerHandler;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import io.modelcontextprotocol.spec.ProtocolVersions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A transport of the SDK that transports nothing: it only receives the SDK's message handler. */
final class HandlerHolder implements McpStatelessServerTransport {
  /** From oldest to newest; the newest is offered to a client that supports none of them. */
  static final List<String> VERSIONS =
      List.of(
          ProtocolVersions.MCP_2024_11_05,
          ProtocolVersions.MCP_2025_03_26,
          ProtocolVersions.MCP_2025_06_18,
          ProtocolVersions.MCP_2025_11_25);

  private @Nullable McpStatelessServerHandler handler; // set while the server is built

  @Override
  public void setMcpHandler(McpStatelessServerHandler mcpHandler) {
    handler = mcpHandler;
  }

  McpStatelessServerHandler handler() {
    if (handler == null) {
      throw new IllegalStateException("the server was not built");
    }
    return handler;
  }

  @Override
  public List<String> protocolVersions() {
    return VERSIONS;
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.empty();
  }
}
