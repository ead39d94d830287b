package dev.sandpiper.engine;

final class Placeholder {
  private Placeholder() {}
}
