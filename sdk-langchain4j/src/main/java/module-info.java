import org.jspecify.annotations.NullMarked;

/** The tools of {@code dev.sandpiper.agent} for LangChain4j. */
@NullMarked
module dev.sandpiper.langchain4j {
  requires transitive dev.sandpiper.agent;
  requires static transitive org.jspecify;
  requires transitive langchain4j;
  requires transitive langchain4j.core;

  exports dev.sandpiper.langchain4j;
}
