package dev.sandpiper.testkit.e2b.process;

import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Delivers a process's events to all current subscribers, one event after another and one
 * subscriber after another. At most 64 events are queued; then the publisher waits too. Without
 * subscribers, events are dropped. The last event, the end, is also available to later subscribers.
 */
public final class Broadcast {
  private static final int MOST_WAITING = 64;

  private final BlockingQueue<ProcessEvent> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
  private volatile boolean broken;

  // Set once, while holding the monitor, as subscribing does.
  private @Nullable ProcessEvent end;

  /** Subscribes to the events from now on; null if the end was published, see {@link #end}. */
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

  /** Delivers events until the end has been delivered. */
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

  /** Ends all subscriptions without an end event. */
  void breakOff() {
    synchronized (this) {
      broken = true;
    }
    waiting.clear();
    waiting.offer(ProcessEvent.getDefaultInstance()); // wakes the delivering thread
    subscriptions.forEach(Subscription::breakOff);
  }
}
