/** What knows the API and no platform. */
module consumer.core {
  requires transitive dev.sandpiper;

  exports consumer.core;
}
