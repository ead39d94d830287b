/** A program that gives Spring AI the tools. */
module consumer.springai {
  requires dev.sandpiper.fake;
  requires dev.sandpiper.springai;
}
