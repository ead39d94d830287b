/**
 * An MCP server that gives a client a sandbox: {@code McpCommand} on its own, {@link
 * dev.sandpiper.mcp.StdioServer} and {@link dev.sandpiper.mcp.StreamableHttpServer} in a program.
 */
@NullMarked
package dev.sandpiper.mcp;

import org.jspecify.annotations.NullMarked;
