package dev.sandpiper.files;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The symbolic links of a directory that is copied to this machine. They are created after
 * everything else, so that nothing can be written through one. Each is resolved as the system
 * would, through the other links, because a {@code ..} after a link may lead out of the directory
 * although the text of the target does not. Each is resolved once, so the time is linear in the
 * length of the targets, however they refer to one another.
 */
final class LinkMap {
  /** Linux allows 40 links in one path, macOS 32. */
  private static final int MOST_FOLLOWED = 255;

  private static final int MOST_BYTES = 32 << 20;

  /** The memory of a name besides its characters, approximately. */
  private static final int NODE_BYTES = 128;

  private enum End {
    UNKNOWN,
    INSIDE,
    OUTSIDE,
    /**
     * In a cycle, including while it is being resolved; or through more links than systems allow.
     */
    NOWHERE
  }

  /** The name of a link, or of a directory above one. */
  private static final class Node {
    final @Nullable Node parent;
    final Map<String, Node> children = new HashMap<>(2);
    @Nullable Link link;

    Node(@Nullable Node parent) {
      this.parent = parent;
    }
  }

  /**
   * A path inside the directory: this many levels below a node. The names of those levels are
   * irrelevant.
   */
  private record Place(Node node, int below) {}

  /** One link, resolved part by part. */
  static final class Link {
    private final String name;
    private final String target;
    private End end = End.UNKNOWN;

    /** What it resolves to; until it is fully resolved, how far it has come. */
    private Place place;

    private String[] parts = {};
    private int part;
    private int followed = 1;

    private Link(String name, String target, Node parent) {
      this.name = name;
      this.target = target;
      this.place = new Place(parent, 0);
    }

    String name() {
      return name;
    }

    String target() {
      return target;
    }

    /** True if it leads out of the directory. */
    boolean leadsOut() {
      return end == End.OUTSIDE;
    }

    /**
     * Resolves as far as possible. Returns another link that must be resolved first; null when this
     * one is done.
     */
    private @Nullable Link advance() {
      if (end == End.UNKNOWN) {
        end = End.NOWHERE;
        parts = target.split("/", -1);
        if (parts[0].isEmpty()) {
          return end(End.OUTSIDE); // absolute or empty
        }
      }
      for (; part < parts.length; part++) {
        Link through = through(parts[part]);
        if (through == null) {
          Place next = step(parts[part]);
          if (next == null) {
            return end(End.OUTSIDE);
          }
          place = next;
        } else if (through.end == End.UNKNOWN) {
          return through;
        } else {
          followed += through.followed;
          if (through.end != End.INSIDE || followed > MOST_FOLLOWED) {
            return end(through.leadsOut() ? End.OUTSIDE : End.NOWHERE);
          }
          place = through.place;
        }
      }
      return end(End.INSIDE);
    }

    private @Nullable Link end(End last) {
      end = last;
      parts = new String[0];
      return null;
    }

    private @Nullable Link through(String part) {
      Node child = place.below == 0 ? place.node.children.get(part) : null;
      return child == null ? null : child.link;
    }

    /** Null if it leads out of the directory. */
    private @Nullable Place step(String part) {
      if (part.isEmpty() || part.equals(".")) {
        return place;
      }
      if (part.equals("..")) {
        if (place.below > 0) {
          return new Place(place.node, place.below - 1);
        }
        return place.node.parent == null ? null : new Place(place.node.parent, 0);
      }
      Node child = place.below == 0 ? place.node.children.get(part) : null;
      return child == null ? new Place(place.node, place.below + 1) : new Place(child, 0);
    }
  }

  private final Node root = new Node(null);
  private final List<Link> links = new ArrayList<>();
  private long bytes;

  /**
   * Adds a link; both paths are separated by slashes.
   *
   * @param name checked by {@link #requireFree}
   */
  void add(String name, String target) throws TarFormatException {
    take(name.length() + target.length());
    Node parent = root;
    Node node = root;
    for (String part : name.split("/", -1)) {
      parent = node;
      node = child(parent, part);
    }
    Link link = new Link(name, target, parent);
    node.link = link;
    links.add(link);
  }

  private Node child(Node parent, String name) throws TarFormatException {
    Node child = parent.children.get(name);
    if (child == null) {
      take(NODE_BYTES);
      child = new Node(parent);
      parent.children.put(name, child);
    }
    return child;
  }

  private void take(int more) throws TarFormatException {
    bytes += more;
    if (bytes > MOST_BYTES) {
      throw new TarFormatException("the archive has too many links");
    }
  }

  /** Rejects the name of a link, or a name below a link. */
  void requireFree(String name) throws TarFormatException {
    Node node = root;
    for (String part : name.split("/", -1)) {
      if (node.link != null) {
        throw new TarFormatException("the archive has an entry below a link", name);
      }
      node = node.children.get(part);
      if (node == null) {
        return;
      }
    }
    if (node.link != null) {
      throw new TarFormatException("the archive has two entries with the same name", name);
    }
  }

  /** Resolves all links. Returns them in the order in which they were added. */
  List<Link> followed() {
    links.forEach(LinkMap::follow);
    return links;
  }

  private static void follow(Link first) {
    Deque<Link> way = new ArrayDeque<>();
    if (first.end == End.UNKNOWN) {
      way.push(first);
    }
    while (!way.isEmpty()) {
      Link next = way.element().advance();
      if (next == null) {
        way.remove();
      } else {
        way.push(next);
      }
    }
  }
}
