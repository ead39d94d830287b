package dev.sandpiper.files;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The links of a directory that is being copied to this machine. None is made before everything
 * else is, so nothing can be written through one. Each is followed as the system would, through the
 * others, because a {@code ..} behind a link may lead out although its text does not. Each is
 * followed once: the time is linear in their text, however they lead through one another.
 */
final class LinkMap {
  /** Linux follows 40 in one path, macOS 32. */
  private static final int MOST_FOLLOWED = 255;

  private static final int MOST_BYTES = 32 << 20;

  /** What a name takes beside its characters, roughly. */
  private static final int NODE_BYTES = 128;

  private enum End {
    UNKNOWN,
    INSIDE,
    OUTSIDE,
    /** In a circle, also while it is being followed; or beyond what a system follows. */
    NOWHERE
  }

  /** A name that a link has, or a directory above one. */
  private static final class Node {
    final @Nullable Node parent;
    final Map<String, Node> children = new HashMap<>(2);
    @Nullable Link link;

    Node(@Nullable Node parent) {
      this.parent = parent;
    }
  }

  /** A place inside: so many levels below a node, of which no name is known. */
  private record Place(Node node, int below) {}

  static final class Link {
    private final String name;
    private final String target;
    private Place place;
    private End end = End.UNKNOWN;
    private int followed;

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

    /** True if following it leaves the directory. */
    boolean leadsOut() {
      return end == End.OUTSIDE;
    }
  }

  private final Node root = new Node(null);
  private final List<Link> links = new ArrayList<>();
  private long bytes;

  /**
   * Remembers a link; both are text with slashes.
   *
   * @param name one that {@link #requireFree} has let pass
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

  /** Refuses a name that a link has, or that is below a link. */
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
      throw new TarFormatException("the archive has two entries of one name", name);
    }
  }

  /** Follows all links; in the order in which they were added. */
  List<Link> followed() {
    links.forEach(this::follow);
    return links;
  }

  private void follow(Link first) {
    Deque<Walk> walks = new ArrayDeque<>();
    if (first.end == End.UNKNOWN) {
      walks.push(new Walk(first));
    }
    while (!walks.isEmpty()) {
      Link next = walks.element().advance();
      if (next == null) {
        walks.remove();
      } else {
        walks.push(new Walk(next));
      }
    }
  }

  /** Follows one link, part by part. */
  private static final class Walk {
    private final Link link;
    private final String[] parts;
    private int part;
    private Place at;
    private int followed = 1;

    Walk(Link link) {
      this.link = link;
      this.parts = link.target.split("/", -1);
      this.at = link.place;
      link.end = End.NOWHERE;
    }

    /** Another link that must be followed first; null when this one is done. */
    @Nullable Link advance() {
      if (parts[0].isEmpty()) {
        return end(End.OUTSIDE); // absolute, or no text at all
      }
      for (; part < parts.length; part++) {
        Link through = through(parts[part]);
        if (through == null) {
          Place next = step(parts[part]);
          if (next == null) {
            return end(End.OUTSIDE);
          }
          at = next;
        } else if (through.end == End.UNKNOWN) {
          return through;
        } else {
          followed += through.followed;
          if (through.end != End.INSIDE || followed > MOST_FOLLOWED) {
            return end(through.leadsOut() ? End.OUTSIDE : End.NOWHERE);
          }
          at = through.place;
        }
      }
      link.place = at;
      link.followed = followed;
      return end(End.INSIDE);
    }

    private @Nullable Link end(End end) {
      link.end = end;
      return null;
    }

    private @Nullable Link through(String name) {
      Node child = at.below == 0 ? at.node.children.get(name) : null;
      return child == null ? null : child.link;
    }

    /** Null if it leads out. */
    private @Nullable Place step(String name) {
      if (name.isEmpty() || name.equals(".")) {
        return at;
      }
      if (name.equals("..")) {
        if (at.below > 0) {
          return new Place(at.node, at.below - 1);
        }
        return at.node.parent == null ? null : new Place(at.node.parent, 0);
      }
      Node child = at.below == 0 ? at.node.children.get(name) : null;
      return child == null ? new Place(at.node, at.below + 1) : new Place(child, 0);
    }
  }
}
