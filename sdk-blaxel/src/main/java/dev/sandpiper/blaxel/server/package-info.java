/** Code shared by all calls to the server in a sandbox: its calls, errors and quirks. */
@NullMarked
package dev.sandpiper.blaxel.server;

import org.jspecify.annotations.NullMarked;
