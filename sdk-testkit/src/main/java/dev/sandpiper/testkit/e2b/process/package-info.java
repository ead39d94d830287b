/** The processes of one sandbox of the embedded E2B, with their events and inputs. */
@NullMarked
package dev.sandpiper.testkit.e2b.process;

import org.jspecify.annotations.NullMarked;
