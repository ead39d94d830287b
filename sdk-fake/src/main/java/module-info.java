import org.jspecify.annotations.NullMarked;

/** Sandboxes in memory, for the unit tests of code that uses Sandpiper. */
@NullMarked
module dev.sandpiper.fake {
  requires transitive dev.sandpiper;
  requires static transitive org.jspecify;

  exports dev.sandpiper.fake;
}
