/**
 * Warm sandboxes for one client: {@link dev.sandpiper.pool.SandboxPool} keeps some ready, leases
 * them out, replaces what was used, and finds again what a JVM that was killed has left.
 */
@NullMarked
package dev.sandpiper.pool;

import org.jspecify.annotations.NullMarked;
