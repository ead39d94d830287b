/** An agent without a framework. */
module consumer.agent {
  requires dev.sandpiper.agent;
  requires dev.sandpiper.testkit;
}
