package dev.sandpiper.testkit.junit;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Implements {@link SandboxTest}. */
final class SandboxExtension
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(SandboxExtension.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    SandboxTest options = context.getRequiredTestClass().getAnnotation(SandboxTest.class);
    // A nested class without the annotation has that of its outer class.
    if (options != null) store(context).put(LocalServers.class, new LocalServers(options));
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    store(context).put(OpenedByTest.class, servers(context).opened(faults(context)));
  }

  /** The faults of the class first. */
  private static List<WithFault> faults(ExtensionContext context) {
    List<WithFault> faults = new ArrayList<>();
    faults.addAll(
        AnnotationSupport.findRepeatableAnnotations(
            context.getRequiredTestClass(), WithFault.class));
    faults.addAll(
        AnnotationSupport.findRepeatableAnnotations(
            context.getRequiredTestMethod(), WithFault.class));
    return faults;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    // Absent if an earlier callback has failed.
    OpenedByTest opened = store(context).get(OpenedByTest.class, OpenedByTest.class);
    if (opened != null) opened.close();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    // Absent if they could not be started.
    LocalServers servers = store(context).get(LocalServers.class, LocalServers.class);
    boolean isOwner = context.getRequiredTestClass().isAnnotationPresent(SandboxTest.class);
    if (isOwner && servers != null) servers.close();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return parameter.getDeclaringExecutable() instanceof Method
        && (type == Sandbox.class
            || type == SandboxClient.class
            || type == LocalSandboxes.class
            || isOfOnePlatform(type));
  }

  /** Also supported, so that the error can give the reason. */
  private static boolean isOfOnePlatform(Class<?> type) {
    return Sandbox.class.isAssignableFrom(type) || SandboxClient.class.isAssignableFrom(type);
  }

  private static void requireSupported(Class<?> type, LocalPlatform platform) {
    if (type == Sandbox.class || type == SandboxClient.class) return;
    if (isFake(type) && platform == LocalPlatform.FAKE) return;
    throw new ParameterResolutionException(
        isFake(type)
            ? "FakeSandboxes needs @SandboxTest(LocalPlatform.FAKE), not LocalPlatform." + platform
            : "@SandboxTest gives a Sandbox or a SandboxClient, and no "
                + type.getSimpleName()
                + "; a client of one platform is opened through LocalSandboxes");
  }

  /** Compares the name, because it is an optional dependency. */
  private static boolean isFake(Class<?> type) {
    return type.getName().equals("dev.sandpiper.fake.FakeSandboxes");
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    if (type == LocalSandboxes.class) return servers(context).local();
    requireSupported(type, servers(context).platform());
    if (context.getTestMethod().isEmpty()) return servers(context).shared(type);
    if (isFake(type)) return opened(context).untracked();
    return type == Sandbox.class ? opened(context).sandbox() : opened(context).client();
  }

  private static LocalServers servers(ExtensionContext context) {
    return found(LocalServers.class, context);
  }

  private static OpenedByTest opened(ExtensionContext context) {
    return found(OpenedByTest.class, context);
  }

  private static <T> T found(Class<T> type, ExtensionContext context) {
    @Nullable T found = store(context).get(type, type);
    if (found != null) return found;
    throw new IllegalStateException("@SandboxTest is on a class and not on a nested one alone");
  }

  private static Store store(ExtensionContext context) {
    return context.getStore(NAMESPACE);
  }
}
