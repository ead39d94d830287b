package dev.sandpiper.mcp;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The Java SDK's own client. */
final class OfficialClient implements AutoCloseable {
  static final McpJsonMapper MAPPER = new JacksonMcpJsonMapper(new ObjectMapper());

  private final McpSyncClient client;

  OfficialClient(McpClientTransport transport) {
    client =
        McpClient.sync(transport)
            .requestTimeout(Duration.ofSeconds(20))
            .initializationTimeout(Duration.ofSeconds(20))
            .jsonSchemaValidator((schema, content) -> ValidationResponse.asValid(""))
            .build();
    client.initialize();
  }

  List<String> tools() {
    return client.listTools().tools().stream().map(tool -> tool.name()).toList();
  }

  CallToolResult call(String tool, Map<String, Object> arguments) {
    return client.callTool(CallToolRequest.builder(tool).arguments(arguments).build());
  }

  String text(String tool, Map<String, Object> arguments) {
    return ((TextContent) call(tool, arguments).content().get(0)).text();
  }

  @Override
  public void close() {
    client.closeGracefully();
  }
}
