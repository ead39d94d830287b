/** The file calls of one sandbox of the embedded Blaxel. */
@NullMarked
package dev.sandpiper.testkit.blaxel.files;

import org.jspecify.annotations.NullMarked;
