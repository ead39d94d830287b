/** Code shared by the parts of the embedded sandbox-api: JSON, responses and directories. */
@NullMarked
package dev.sandpiper.testkit.blaxel.api;

import org.jspecify.annotations.NullMarked;
