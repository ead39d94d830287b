import org.jspecify.annotations.NullMarked;

/** E2B sandboxes behind the Sandpiper API. */
@NullMarked
@SuppressWarnings("module") // the test kit, which speaks the same messages, is compiled later
module dev.sandpiper.e2b {
  requires transitive dev.sandpiper;
  requires com.google.protobuf;
  requires com.fasterxml.jackson.databind;
  requires org.slf4j;

  exports dev.sandpiper.e2b;
  exports dev.sandpiper.e2b.sessions;
  exports dev.sandpiper.e2b.proto to
      dev.sandpiper.testkit;

  // Reads and writes fields of messages by their accessors.
  opens dev.sandpiper.e2b.proto to
      com.google.protobuf;
}
