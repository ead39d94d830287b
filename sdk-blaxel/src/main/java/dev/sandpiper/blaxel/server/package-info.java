/** What all calls of the server in a sandbox have in common: its calls, errors and quirks. */
@NullMarked
package dev.sandpiper.blaxel.server;

import org.jspecify.annotations.NullMarked;
