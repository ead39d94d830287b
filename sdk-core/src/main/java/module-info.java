import org.jspecify.annotations.NullMarked;

/**
 * The Sandpiper API, and what every provider shares: event parsing, transport, process handling.
 */
@NullMarked
@SuppressWarnings("module") // the qualified exports name sister modules, which are compiled later
module dev.sandpiper {
  requires static transitive org.jspecify;
  requires transitive okhttp3;
  requires transitive okio;
  requires okhttp3.sse;
  requires com.fasterxml.jackson.databind;
  requires org.slf4j;

  exports dev.sandpiper;
  exports dev.sandpiper.engine to
      dev.sandpiper.agent,
      dev.sandpiper.blaxel,
      dev.sandpiper.e2b,
      dev.sandpiper.fake,
      dev.sandpiper.temporal;
  exports dev.sandpiper.files to
      dev.sandpiper.blaxel,
      dev.sandpiper.e2b,
      dev.sandpiper.testkit;
  exports dev.sandpiper.http to
      dev.sandpiper.blaxel,
      dev.sandpiper.e2b,
      dev.sandpiper.testkit;
  exports dev.sandpiper.pool;
  exports dev.sandpiper.interpreter;
  exports dev.sandpiper.kernel to
      dev.sandpiper.blaxel,
      dev.sandpiper.e2b;
  exports dev.sandpiper.wire to
      dev.sandpiper.agent,
      dev.sandpiper.blaxel,
      dev.sandpiper.e2b,
      dev.sandpiper.testkit;
}
