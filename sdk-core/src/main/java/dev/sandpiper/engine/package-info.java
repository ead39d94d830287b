/**
 * Shared by the processes of all providers: running a command to its end, following a started one
 * with a pump, capturing output, deadlines, stopping process trees. A provider implements {@link
 * dev.sandpiper.engine.CommandLauncher}. Exported to the sister modules only.
 */
@NullMarked
package dev.sandpiper.engine;

import org.jspecify.annotations.NullMarked;
