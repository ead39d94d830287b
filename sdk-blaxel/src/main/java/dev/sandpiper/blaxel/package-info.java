/**
 * The Sandpiper API for Blaxel: {@link dev.sandpiper.blaxel.BlaxelClient}, and features specific to
 * Blaxel.
 */
@NullMarked
package dev.sandpiper.blaxel;

import org.jspecify.annotations.NullMarked;
