package dev.sandpiper.testkit.e2b.sandbox;

import dev.sandpiper.testkit.e2b.sandbox.Templates.Template;
import dev.sandpiper.testkit.machine.Directories;
import dev.sandpiper.testkit.machine.DirectoryCopy;
import dev.sandpiper.testkit.machine.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Copies of sandboxes' directories, from which other sandboxes can be created. Thread-safe. */
public final class Snapshots {
  private static final String NAMESPACE = "local/";
  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(:[a-z0-9_.-]+)?");

  /**
   * A copy.
   *
   * @param number increases with each snapshot
   * @param name with namespace and tag; null for none
   * @param template the template for new sandboxes, with the snapshot's id
   */
  public record Snapshot(long number, @Nullable String name, String sandboxId, Template template) {}

  private final Path directory;

  // Held for reading during a copy out of a snapshot, which must not be deleted meanwhile.
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  // Guarded by the lock. By id, in order of creation.
  private final Map<String, Snapshot> all = new LinkedHashMap<>();
  private long count;

  Snapshots(Path directory) throws IOException {
    this.directory = Files.createDirectory(directory);
  }

  /** A name as it is stored: in lower case, with namespace and tag. */
  public static String fullName(String given) {
    Matcher name =
        NAME.matcher(given.strip().toLowerCase(Locale.ROOT).replaceFirst("^" + NAMESPACE, ""));
    if (!name.matches()) {
      throw new ApiException(400, "name must be letters, digits, '-' and '_', then maybe :tag");
    }
    return NAMESPACE + name.group() + (name.group(1) == null ? ":default" : "");
  }

  /**
   * Copies the files of a sandbox while its processes are stopped. If another snapshot has the
   * name, the name moves to this one.
   *
   * @param name as it is stored; null for none
   */
  public Snapshot take(LocalSandbox sandbox, @Nullable String name) throws IOException {
    String id = Secrets.snapshotId();
    Path files = directory.resolve(id);
    if (!sandbox.whileStill(() -> DirectoryCopy.of(sandbox.home().directory(), files))) {
      throw ApiException.notRunning(sandbox);
    }
    lock.writeLock().lock();
    try {
      all.replaceAll((key, one) -> name != null && name.equals(one.name()) ? unnamed(one) : one);
      Template template = new Template(id, name, files);
      Snapshot snapshot = new Snapshot(++count, name, sandbox.id(), template);
      all.put(id, snapshot);
      return snapshot;
    } finally {
      lock.writeLock().unlock();
    }
  }

  private static Snapshot unnamed(Snapshot named) {
    Template template = named.template();
    return new Snapshot(
        named.number(),
        null,
        named.sandboxId(),
        new Template(template.id(), null, template.files()));
  }

  /** All snapshots, newest first. */
  public List<Snapshot> all() {
    lock.readLock().lock();
    try {
      List<Snapshot> newestFirst = new ArrayList<>(all.values());
      Collections.reverse(newestFirst);
      return newestFirst;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Finds by id, or by name with or without namespace and tag. */
  public @Nullable Snapshot find(String reference) {
    String bare = reference.replaceFirst(":default$", "");
    boolean isName = NAME.matcher(reference.replaceFirst("^" + NAMESPACE, "")).matches();
    String name = isName ? fullName(reference) : "";
    return all().stream()
        .filter(one -> one.template().id().equals(bare) || name.equals(one.name()))
        .findFirst()
        .orElse(null);
  }

  /**
   * Copies a template's files into a new sandbox.
   *
   * @param home must not exist yet
   * @throws ApiException if the snapshot has been deleted
   */
  void copy(Template template, Path files, Path home) throws IOException {
    lock.readLock().lock();
    try {
      if (!all.containsKey(template.id())) throw Templates.notFound(template.id());
      DirectoryCopy.of(files, home);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Deletes a snapshot. False if it was deleted before. */
  public boolean delete(Snapshot snapshot) {
    lock.writeLock().lock();
    try {
      if (all.remove(snapshot.template().id()) == null) return false;
      Directories.delete(directory.resolve(snapshot.template().id()));
      return true;
    } finally {
      lock.writeLock().unlock();
    }
  }
}
