/**
 * A local server that speaks E2B's wire formats: the control plane, the edge, and the daemon (envd)
 * of each sandbox with its process and filesystem services over the Connect protocol.
 *
 * <p>A request passes {@link dev.sandpiper.testkit.http.LoopbackOnly}, then either {@link
 * dev.sandpiper.testkit.e2b.control.ControlPlane} or {@link dev.sandpiper.testkit.e2b.Edge}, and
 * from there {@link dev.sandpiper.testkit.e2b.envd.Envd}. Everything blocks on the request's own
 * thread.
 */
@NullMarked
package dev.sandpiper.testkit.e2b;

import org.jspecify.annotations.NullMarked;
