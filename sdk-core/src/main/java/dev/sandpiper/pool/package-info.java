/**
 * Warm sandboxes for one client: {@link dev.sandpiper.pool.SandboxPool} keeps some ready, leases
 * them, replaces used ones, and reclaims those left behind by a JVM that was killed.
 */
@NullMarked
package dev.sandpiper.pool;

import org.jspecify.annotations.NullMarked;
