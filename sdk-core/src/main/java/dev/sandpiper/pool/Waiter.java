package dev.sandpiper.pool;

import dev.sandpiper.Sandbox;
import java.util.concurrent.CompletableFuture;

/** A caller waiting for a sandbox. Its outcome is set in the pool's monitor. */
final class Waiter<S extends Sandbox> {
  final CompletableFuture<Term<S>> outcome = new CompletableFuture<>();
}
