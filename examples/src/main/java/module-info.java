import org.jspecify.annotations.NullMarked;

/** One runnable main per task. */
@NullMarked
module dev.sandpiper.examples {
  requires dev.sandpiper.agent;
  requires dev.sandpiper.blaxel;
  requires dev.sandpiper.e2b;
  requires dev.sandpiper.fake;
  requires dev.sandpiper.testkit;
  requires java.net.http;
}
