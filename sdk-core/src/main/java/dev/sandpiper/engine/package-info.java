/**
 * What the processes of every provider share: running a command to its end, following a started one
 * from a pump, capturing, deadlines, stopping a tree. A provider brings a {@link
 * dev.sandpiper.engine.CommandLauncher}. For the sister modules only.
 */
@NullMarked
package dev.sandpiper.engine;

import org.jspecify.annotations.NullMarked;
