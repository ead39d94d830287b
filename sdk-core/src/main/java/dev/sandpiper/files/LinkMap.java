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

  /** One link, which is followed part by part. */
  static final class Link {
    private final String name;
    private final String target;
    private End end = End.UNKNOWN;

    /** Where it leads; until it is followed to its end, how far it has come. */
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

    /** True if following it leaves the directory. */
    boolean leadsOut() {
      return end == End.OUTSIDE;
    }

    /** Another link that must be followed first; null when this one is done. */
    private @Nullable Link advance() {
      if (end == End.UNKNOWN) {
        end = End.NOWHERE;
        parts = target.split("/", -1);
        if (parts[0].isEmpty()) {
          return end(End.OUTSIDE); // absolute, or no text at all
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

    /** Null if it leads out. */
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
