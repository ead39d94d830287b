package dev.sandpiper.testkit.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The signatures that users can see, one on a line, in an order that does not change. */
final class PublicApi {
  private PublicApi() {}

  /** Every public type in the package of {@code inhabitant}, with its members. */
  static List<String> of(Class<?> inhabitant) {
    return typesBeside(inhabitant).flatMap(PublicApi::describe).toList();
  }

  private static Stream<Class<?>> typesBeside(Class<?> inhabitant) {
    String packageName = inhabitant.getPackageName();
    return classFilesBeside(inhabitant).stream()
        .map(name -> packageName + "." + name.substring(0, name.length() - ".class".length()))
        .filter(name -> !name.endsWith("-info"))
        .sorted()
        .map(PublicApi::load)
        .filter(PublicApi::isVisible);
  }

  /** The package lies in a folder while modules are built together, and in a jar otherwise. */
  private static List<String> classFilesBeside(Class<?> inhabitant) {
    try {
      URI home = inhabitant.getProtectionDomain().getCodeSource().getLocation().toURI();
      String folder = inhabitant.getPackageName().replace('.', '/');
      if (Files.isDirectory(Path.of(home))) {
        return list(Path.of(home).resolve(folder));
      }
      try (FileSystem jar = FileSystems.newFileSystem(Path.of(home), Map.of())) {
        return list(jar.getPath(folder));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class"))
          .toList();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, PublicApi.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isVisible(Class<?> type) {
    Class<?> outer = type.getDeclaringClass();
    return Modifier.isPublic(type.getModifiers()) && (outer == null || isVisible(outer));
  }

  private static Stream<String> describe(Class<?> type) {
    List<String> members = new ArrayList<>();
    for (Field field : type.getDeclaredFields()) {
      addIfVisible(members, field, type(field.getGenericType()) + " " + field.getName());
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      addIfVisible(members, constructor, "new" + parameters(constructor));
    }
    for (Method method : type.getDeclaredMethods()) {
      String result = type(method.getGenericReturnType());
      addIfVisible(members, method, result + " " + method.getName() + parameters(method));
    }
    members.sort(null);
    return Stream.concat(Stream.of(heading(type)), members.stream().map(line -> "  " + line));
  }

  private static String heading(Class<?> type) {
    String kind =
        type.isRecord()
            ? "record"
            : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
    String parents =
        Stream.concat(
                Stream.ofNullable(type.getGenericSuperclass()),
                Arrays.stream(type.getGenericInterfaces()))
            .map(PublicApi::type)
            .filter(name -> !name.equals("Object") && !name.equals("Record"))
            .collect(Collectors.joining(", "));
    return kind + " " + type.getName() + (parents.isEmpty() ? "" : " : " + parents);
  }

  private static void addIfVisible(List<String> members, Member member, String signature) {
    int modifiers = member.getModifiers();
    boolean visible = Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    if (visible && !member.isSynthetic()) {
      members.add((Modifier.isStatic(modifiers) ? "static " : "") + signature);
    }
  }

  private static String parameters(Executable executable) {
    String parameters =
        Arrays.stream(executable.getGenericParameterTypes())
            .map(PublicApi::type)
            .collect(Collectors.joining(", ", "(", ")"));
    String thrown =
        Arrays.stream(executable.getExceptionTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", "));
    return thrown.isEmpty() ? parameters : parameters + " throws " + thrown;
  }

  private static String type(Type type) {
    return type.getTypeName().replace("java.lang.", "");
  }
}
