/**
 * A model's tools over a sandbox for LangChain4j: {@link
 * dev.sandpiper.langchain4j.LangChain4jTools}.
 */
@NullMarked
package dev.sandpiper.langchain4j;

import org.jspecify.annotations.NullMarked;
