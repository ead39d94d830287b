package dev.sandpiper.benchmarks;

/** The median of several rounds, and how far they are apart. */
record Ratio(double median, double least, double most) {}
