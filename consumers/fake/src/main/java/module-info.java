/** A unit test of code that uses the API. */
module consumer.fake {
  requires dev.sandpiper.fake;
}
