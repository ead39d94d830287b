module consumer.e2b {
  requires consumer.core;
  requires dev.sandpiper.e2b;
}
