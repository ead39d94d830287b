/**
 * A model's tools for a sandbox in LangChain4j: {@link dev.sandpiper.langchain4j.LangChain4jTools}.
 */
@NullMarked
package dev.sandpiper.langchain4j;

import org.jspecify.annotations.NullMarked;
