/**
 * Readers that turn bytes into messages, one final class per format. They read from a source, are
 * independent of HTTP, and bound every length they read. Exported to the sister modules only.
 */
@NullMarked
package dev.sandpiper.wire;

import org.jspecify.annotations.NullMarked;
