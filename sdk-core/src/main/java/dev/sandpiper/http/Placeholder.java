package dev.sandpiper.http;

final class Placeholder {
  private Placeholder() {}
}
