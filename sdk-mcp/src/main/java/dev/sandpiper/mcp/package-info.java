/**
 * An MCP server that provides a sandbox: {@code McpCommand} as a program, {@link
 * dev.sandpiper.mcp.StdioServer} and {@link dev.sandpiper.mcp.StreamableHttpServer} in an
 * application.
 */
@NullMarked
package dev.sandpiper.mcp;

import org.jspecify.annotations.NullMarked;
