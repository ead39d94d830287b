package dev.sandpiper.e2b.sessions;

import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.http.JsonApi;
import java.time.Duration;

/**
 * What the sessions of one client share.
 *
 * @param singularPaths whether the server has the paths of the related one
 * @param longestWait how long one request waits for a process
 * @param reattachLimit how long the lost connection of a process is tried again
 * @param created those that were created here and not yet closed
 * @param open those that are refreshed
 */
record SessionsAccount(
    JsonApi api,
    BackgroundThreads threads,
    boolean singularPaths,
    Duration longestWait,
    Duration reattachLimit,
    CreatedSandboxes created,
    OpenSessions open) {}
