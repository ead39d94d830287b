/** An agent of LangChain4j. */
module consumer.langchain4j {
  requires dev.sandpiper.langchain4j;
  requires dev.sandpiper.testkit;

  exports consumer.langchain4j; // LangChain4j implements the service
}
