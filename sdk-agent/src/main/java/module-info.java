import org.jspecify.annotations.NullMarked;

/** Tools with which a model works in a sandbox, for agents of any framework. */
@NullMarked
module dev.sandpiper.agent {
  requires transitive dev.sandpiper;
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.databind;

  exports dev.sandpiper.agent;
}
