import org.jspecify.annotations.NullMarked;

/** Blaxel sandboxes behind the Sandpiper API. */
@NullMarked
module dev.sandpiper.blaxel {
  requires transitive dev.sandpiper;
  requires com.fasterxml.jackson.databind;
  requires org.slf4j;

  exports dev.sandpiper.blaxel;
}
