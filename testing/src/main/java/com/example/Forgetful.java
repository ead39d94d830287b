package com.example;

import java.util.function.Supplier;
import org.jspecify.annotations.NullMarked;

/** A caller outside this library: what is opened in here is opened in {@code Forgetful.opens}. */
@NullMarked
public final class Forgetful {
  private Forgetful() {}

  public static <T> T opens(Supplier<T> opening) {
    return opening.get();
  }
}
