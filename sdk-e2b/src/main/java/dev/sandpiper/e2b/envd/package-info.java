/**
 * Shared by all calls to a sandbox's daemon: the table of calls, addresses, versions and errors.
 */
@NullMarked
package dev.sandpiper.e2b.envd;

import org.jspecify.annotations.NullMarked;
