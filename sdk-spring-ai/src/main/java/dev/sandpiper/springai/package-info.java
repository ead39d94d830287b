/** A model's tools over a sandbox for Spring AI: {@link dev.sandpiper.springai.SpringAiTools}. */
@NullMarked
package dev.sandpiper.springai;

import org.jspecify.annotations.NullMarked;
