package dev.sandpiper.testkit.junit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

/** The resources that are open, in the order of opening. Safe for use by many threads. */
final class OpenResources {
  private static final Set<String> OURS =
      Set.of(OpenResources.class.getName(), Tracked.class.getName(), TrackedInput.class.getName());

  private final ConcurrentLinkedQueue<Resource> open = new ConcurrentLinkedQueue<>();

  /**
   * A resource that a test has to close.
   *
   * @param isOpen false if it has ended by itself, so that it need not be closed
   * @param opened has the stack trace of the call that opened it
   */
  record Resource(String name, AutoCloseable target, BooleanSupplier isOpen, Throwable opened) {
    @Override
    public String toString() {
      return name + ", opened at " + place();
    }

    /** The first caller that is neither a proxy nor of these classes. */
    private String place() {
      return Arrays.stream(opened.getStackTrace())
          .filter(frame -> !OURS.contains(frame.getClassName()))
          .filter(frame -> !frame.getClassName().matches("(jdk\\.|java\\.|com\\.sun\\.).*"))
          .findFirst()
          .map(StackTraceElement::toString)
          .orElse("an unknown location");
    }
  }

  Resource add(String name, AutoCloseable target, BooleanSupplier isOpen) {
    Resource resource =
        new Resource(name, target, isOpen, new Throwable(name + " was opened here"));
    open.add(resource);
    return resource;
  }

  void remove(Resource resource) {
    open.remove(resource);
  }

  /** Closes the open resources, the last first, and returns them. */
  List<Resource> closeAll() {
    List<Resource> left = new ArrayList<>(open.stream().filter(OpenResources::isOpen).toList());
    for (int i = left.size() - 1; i >= 0; i--) {
      Resource each = left.get(i);
      try {
        each.target().close();
      } catch (Exception e) {
        each.opened().addSuppressed(e);
      }
    }
    return left;
  }

  /** A resource whose state cannot be determined counts as open, with the reason. */
  private static boolean isOpen(Resource resource) {
    try {
      return resource.isOpen().getAsBoolean();
    } catch (RuntimeException e) {
      resource.opened().addSuppressed(e);
      return true;
    }
  }
}
