/** A program that serves MCP. */
module consumer.mcp {
  requires dev.sandpiper.fake;
  requires dev.sandpiper.mcp;
}
