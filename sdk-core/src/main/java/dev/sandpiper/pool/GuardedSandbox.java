package dev.sandpiper.pool;

import dev.sandpiper.Filesystem;
import dev.sandpiper.Processes;
import dev.sandpiper.Sandbox;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * Proxy for a leased sandbox, its processes and its files, whose calls fail once the lease has
 * ended, because another caller may have the sandbox by then. It refers to the lease, so that the
 * lease is not collected while one of these is in use.
 *
 * @param target the object to which calls are delegated
 */
record GuardedSandbox(SandboxLease<?> lease, Object target) implements InvocationHandler {

  static Sandbox of(SandboxLease<?> lease, Sandbox sandbox) {
    return guard(lease, Sandbox.class, sandbox);
  }

  private static <T> T guard(SandboxLease<?> lease, Class<T> type, T target) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, new GuardedSandbox(lease, target)));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return ofObject(proxy, method, arguments);
    }
    if (target instanceof Sandbox) {
      switch (method.getName()) {
        case "id", "capabilities" -> {
          return call(method, arguments);
        }
        case "close" -> {
          lease.close();
          return null;
        }
        case "detach" ->
            throw new UnsupportedOperationException(
                "a leased sandbox belongs to its pool, which kills it when the lease ends");
        default -> {}
      }
    }
    lease.require();
    Object result = call(method, arguments);
    if (result instanceof Processes processes) {
      return guard(lease, Processes.class, processes);
    }
    return result instanceof Filesystem files ? guard(lease, Filesystem.class, files) : result;
  }

  private @Nullable Object ofObject(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    return method.getName().equals("equals") && arguments != null
        ? proxy == arguments[0]
        : call(method, arguments);
  }

  private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }
}
