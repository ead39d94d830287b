/**
 * From bytes to messages to {@link dev.sandpiper.ProcessEvent}s: one final class per format. They
 * take a source, know no HTTP, and bound every length they read. For the sister modules only.
 */
@NullMarked
package dev.sandpiper.wire;

import org.jspecify.annotations.NullMarked;
