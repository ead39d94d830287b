import org.jspecify.annotations.NullMarked;

/** The tools of {@code dev.sandpiper.agent} for Spring AI. */
@NullMarked
module dev.sandpiper.springai {
  requires transitive dev.sandpiper.agent;
  requires static transitive org.jspecify;
  requires transitive spring.ai.model;

  exports dev.sandpiper.springai;
}
