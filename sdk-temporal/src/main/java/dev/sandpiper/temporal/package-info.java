/**
 * Commands in sandboxes as Temporal activities: {@link dev.sandpiper.temporal.SandboxCommands} for
 * workflows, {@link dev.sandpiper.temporal.SandboxCommandActivities} for workers.
 */
@NullMarked
package dev.sandpiper.temporal;

import org.jspecify.annotations.NullMarked;
