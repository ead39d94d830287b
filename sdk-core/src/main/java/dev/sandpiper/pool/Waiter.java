package dev.sandpiper.pool;

import dev.sandpiper.Sandbox;
import java.util.concurrent.CompletableFuture;

/** A caller that waits for a sandbox. Its outcome is decided in the pool's monitor. */
final class Waiter<S extends Sandbox> {
  final CompletableFuture<Term<S>> outcome = new CompletableFuture<>();
}
