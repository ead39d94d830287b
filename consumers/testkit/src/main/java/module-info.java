module consumer.testkit {
  requires consumer.core;
  requires dev.sandpiper.testkit;
}
