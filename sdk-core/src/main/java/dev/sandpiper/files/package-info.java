/**
 * Shared by the filesystems of all providers: reads that are resumed, atomic writes, watches that
 * survive lost connections, and copies of directories as one stream. Exported to the sister modules
 * only.
 */
@NullMarked
package dev.sandpiper.files;

import org.jspecify.annotations.NullMarked;
