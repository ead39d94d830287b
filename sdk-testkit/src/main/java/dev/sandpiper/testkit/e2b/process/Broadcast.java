package dev.sandpiper.testkit.e2b.process;

import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Hands a process's events to everybody who is subscribed at that moment, one event after another
 * and one subscriber after another. At most 64 events wait; then the publisher waits too. With no
 * subscriber events are thrown away. The last event, the end, is also given to those who come
 * later.
 */
public final class Broadcast {
  private static final int MOST_WAITING = 64;

  private final BlockingQueue<ProcessEvent> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
  private volatile boolean broken;

  // Set once, while holding the monitor that subscribing takes too.
  private @Nullable ProcessEvent end;

  /** A place at the events from now on; null if the end has come, which {@link #end} tells. */
  public synchronized @Nullable Subscription subscribe() {
    if (end != null) return null;
    Subscription subscription = new Subscription();
    if (broken) subscription.breakOff();
    subscriptions.add(subscription);
    return subscription;
  }

  public synchronized @Nullable ProcessEvent end() {
    return end;
  }

  public void leave(Subscription subscription) {
    subscriptions.remove(subscription);
    subscription.close();
  }

  void publish(ProcessEvent event) throws InterruptedException {
    if (!broken) waiting.put(event);
  }

  /** Hands over until the end has been handed over. */
  void run() throws InterruptedException {
    while (!broken) {
      ProcessEvent event = waiting.take();
      if (event.hasEnd()) setEnd(event);
      for (Subscription subscription : subscriptions) subscription.deliver(event);
      if (event.hasEnd()) return;
    }
  }

  private synchronized void setEnd(ProcessEvent event) {
    end = event;
  }

  /** Lets go of everybody without an end. */
  void breakOff() {
    synchronized (this) {
      broken = true;
    }
    waiting.clear();
    waiting.offer(ProcessEvent.getDefaultInstance()); // wakes whoever hands over
    subscriptions.forEach(Subscription::breakOff);
  }
}
