package dev.sandpiper;

public final class Placeholder {
  private Placeholder() {}
}
