module consumer.blaxel {
  requires consumer.core;
  requires dev.sandpiper.blaxel;
}
