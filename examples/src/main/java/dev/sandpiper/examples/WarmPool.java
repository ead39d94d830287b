package dev.sandpiper.examples;

import dev.sandpiper.Capability;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.pool.SandboxLease;
import dev.sandpiper.pool.SandboxPool;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.IntStream;

/** Six users at a time run code, each in a sandbox that nobody used before; three may exist. */
public final class WarmPool {
  private WarmPool() {}

  public static void main(String[] args) {
    try (Platform platform = Platform.of(args, Capability.LISTS, Capability.EXPIRY)) {
      System.out.println("Running " + platform.description() + ".");
      run(platform.client(), System.out);
    }
  }

  static void run(SandboxClient client, PrintStream out) {
    // What an earlier run has left, if it was killed: only one at a time is called "example".
    SandboxPool.reclaim(client, "example", tag -> true)
        .forEach(found -> out.println(found.id() + ": " + found.outcome()));

    SandboxSpec spec = SandboxSpec.standard();
    try (SandboxPool<Sandbox> pool =
        SandboxPool.builder("example", client, spec).warm(2).maximum(3).build()) {
      List<String> answers =
          IntStream.rangeClosed(1, 6).parallel().mapToObj(user -> serve(pool, user)).toList();
      answers.forEach(out::print);
      out.println(pool.counts().leases() + " leases");
    } // kills every sandbox
  }

  private static String serve(SandboxPool<Sandbox> pool, int user) {
    try (SandboxLease<Sandbox> lease = pool.lease()) {
      return lease
          .sandbox()
          .shell("ls | wc -l; echo code of user " + user + " | tee mine")
          .outText();
    } // the pool kills this sandbox and creates another
  }
}
