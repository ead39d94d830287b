package dev.sandpiper.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Where things run that are not on the caller's thread.
 *
 * @param scheduler for timers that do next to nothing
 * @param executor for work that may block
 */
public record Threads(ScheduledExecutorService scheduler, Executor executor) {}
