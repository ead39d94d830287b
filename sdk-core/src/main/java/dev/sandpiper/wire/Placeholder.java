package dev.sandpiper.wire;

final class Placeholder {
  private Placeholder() {}
}
