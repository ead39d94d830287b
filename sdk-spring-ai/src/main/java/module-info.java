import org.jspecify.annotations.NullMarked;

/** The tools of {@code dev.sandpiper.agent} for Spring AI. */
@NullMarked
module dev.sandpiper.springai {
  requires transitive dev.sandpiper.agent;
  requires static transitive org.jspecify;
  // Spring AI's jars need it, and as automatic modules they cannot say so.
  requires org.apache.commons.logging;
  requires transitive spring.ai.model;

  exports dev.sandpiper.springai;
}
