package dev.sandpiper.e2b.sessions;

import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.http.JsonApi;
import java.time.Duration;

/**
 * The state that the sessions of one client share.
 *
 * @param singularPaths whether the server has the paths of the related server
 * @param longestWait how long one request waits for a process
 * @param reattachLimit how long to reconnect to a process whose connection was lost
 * @param created the sessions that this client created and that are not closed yet
 * @param open the sessions that are refreshed
 */
record SessionsAccount(
    JsonApi api,
    BackgroundThreads threads,
    boolean singularPaths,
    Duration longestWait,
    Duration reattachLimit,
    CreatedSandboxes created,
    OpenSessions open) {}
