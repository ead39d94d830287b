package dev.sandpiper.testkit.junit;

import dev.sandpiper.EventStream;
import dev.sandpiper.Filesystem;
import dev.sandpiper.Process;
import dev.sandpiper.Processes;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.testkit.junit.OpenResources.Resource;
import java.io.InputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Calls an object of the API, and records the resources that the calls open until they are closed.
 */
final class Tracked implements InvocationHandler {
  private static final Set<String> ENDS = Set.of("close", "detach", "kill");

  private final Object target;
  private final OpenResources resources;
  private final @Nullable Resource resource; // null if it need not be closed
  private final Life life; // of the sandbox that this belongs to

  /**
   * Whether a sandbox has been killed through its proxy.
   *
   * @param closeKills false for a sandbox that was connected to, which close leaves running
   */
  private record Life(boolean closeKills, AtomicBoolean over) {
    static Life of(boolean closeKills) {
      return new Life(closeKills, new AtomicBoolean());
    }

    void called(String method) {
      if (method.equals("kill") || (closeKills && method.equals("close"))) over.set(true);
    }
  }

  private Tracked(Object target, OpenResources resources, @Nullable Resource resource, Life life) {
    this.target = target;
    this.resources = resources;
    this.resource = resource;
    this.life = life;
  }

  static SandboxClient client(SandboxClient client, OpenResources resources) {
    return (SandboxClient) proxy(SandboxClient.class, client, resources, null, Life.of(false));
  }

  static Sandbox sandbox(Sandbox sandbox, OpenResources resources, boolean closeKills) {
    return (Sandbox) proxy(Sandbox.class, sandbox, resources, null, Life.of(closeKills));
  }

  private static Object proxy(
      Class<?> type,
      Object target,
      OpenResources resources,
      @Nullable Resource resource,
      Life life) {
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        new Tracked(target, resources, resource, life));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (method.getName().equals("equals") && arguments != null) return proxy == arguments[0];
    boolean ends = ENDS.contains(method.getName());
    if (target instanceof SandboxClient && method.getName().equals("close")) {
      throw new IllegalStateException(
          "this client is shared by all tests of the class, and @SandboxTest closes it after them;"
              + " a client of the test's own is opened through LocalSandboxes");
    }
    Object result = call(method, arguments);
    if (resource != null && ends) resources.remove(resource);
    if (target instanceof Sandbox) life.called(method.getName());
    return result == null ? null : tracked(method, result);
  }

  private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private Object tracked(Method method, Object result) {
    Class<?> type = method.getReturnType();
    String name = method.getName();
    if (type == Processes.class || type == Filesystem.class) {
      return proxy(type, result, resources, null, life);
    }
    if (result instanceof Sandbox sandbox) {
      boolean created = name.equals("create");
      Resource opened =
          created ? resources.add("sandbox " + sandbox.id(), sandbox, () -> true) : null;
      return proxy(type, sandbox, resources, opened, Life.of(created));
    }
    if (result instanceof Process process) {
      String described = "process " + process.ref().processId();
      Resource opened =
          resources.add(described, process, () -> !life.over().get() && process.isAlive());
      return proxy(type, process, resources, opened, life);
    }
    if (target instanceof Filesystem && result instanceof EventStream<?> watch) {
      return proxy(type, watch, resources, resources.add("watch", watch, () -> true), life);
    }
    if (target instanceof Filesystem && result instanceof InputStream stream) {
      return new TrackedInput(stream, resources);
    }
    return result;
  }
}
