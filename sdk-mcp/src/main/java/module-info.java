import org.jspecify.annotations.NullMarked;

/** A sandbox for any MCP client, with the tools of {@code dev.sandpiper.agent}. */
@NullMarked
module dev.sandpiper.mcp {
  requires transitive dev.sandpiper.agent;
  requires static transitive org.jspecify;
  requires dev.sandpiper.blaxel;
  requires dev.sandpiper.e2b;
  requires com.fasterxml.jackson.databind;
  requires io.modelcontextprotocol.sdk.mcp.core;
  requires io.modelcontextprotocol.sdk.mcp.json.jackson2;
  requires jdk.httpserver;
  requires org.slf4j;
  requires reactor.core;

  exports dev.sandpiper.mcp;
}
