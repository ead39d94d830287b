/** A model's tools for a sandbox in Spring AI: {@link dev.sandpiper.springai.SpringAiTools}. */
@NullMarked
package dev.sandpiper.springai;

import org.jspecify.annotations.NullMarked;
