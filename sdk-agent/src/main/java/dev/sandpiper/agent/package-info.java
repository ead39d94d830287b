/**
 * Tools with which a model works in a sandbox: {@link dev.sandpiper.agent.SandboxTools} has them
 * all, with names, descriptions, schemas and bounded results, and does not depend on an agent
 * framework.
 */
@NullMarked
package dev.sandpiper.agent;

import org.jspecify.annotations.NullMarked;
