/**
 * What the filesystems of all providers share: watches that outlive their connections, and
 * directories in one stream. For the sister modules only.
 */
@NullMarked
package dev.sandpiper.files;

import org.jspecify.annotations.NullMarked;
