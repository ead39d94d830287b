/** Blaxel: the client and what only Blaxel has. */
@NullMarked
package dev.sandpiper.blaxel;

import org.jspecify.annotations.NullMarked;
