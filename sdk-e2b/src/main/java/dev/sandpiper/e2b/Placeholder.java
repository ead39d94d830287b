package dev.sandpiper.e2b;

public final class Placeholder {
  private Placeholder() {}
}
