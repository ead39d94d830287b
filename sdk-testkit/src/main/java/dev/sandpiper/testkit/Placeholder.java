package dev.sandpiper.testkit;

public final class Placeholder {
  private Placeholder() {}
}
