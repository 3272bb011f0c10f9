package dev.sallyport.fuse;

import dev.sallyport.vault.SealedFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The directories and files of one model, numbered once: the number of a node is its inode, the
 * root's is 1. Immutable, so the kernel may keep what it was told for as long as it likes.
 */
final class Tree {
  static final long ROOT = 1;

  /** A directory or a file. */
  sealed interface Node {
    long id();

    String name();
  }

  /** A file of the model. */
  record Leaf(long id, String name, SealedFile file) implements Node {}

  /** A directory; its entries are in the order of the manifest. */
  static final class Branch implements Node {
    private final long id;
    private final String name;
    private final Branch parent;
    private final Map<String, Node> byName = new HashMap<>();
    private final List<Node> entries = new ArrayList<>();

    private Branch(long id, String name, @Nullable Branch parent) {
      this.id = id;
      this.name = name;
      this.parent = parent == null ? this : parent;
    }

    @Override
    public long id() {
      return id;
    }

    @Override
    public String name() {
      return name;
    }

    /** The root's is itself. */
    Branch parent() {
      return parent;
    }

    List<Node> entries() {
      return entries;
    }

    Optional<Node> find(String entry) {
      return Optional.ofNullable(byName.get(entry));
    }

    /** 2 and one for each directory within. */
    int links() {
      return 2 + (int) entries.stream().filter(Branch.class::isInstance).count();
    }

    private void add(Node node) {
      byName.put(node.name(), node);
      entries.add(node);
    }
  }

  private final List<Node> nodes = new ArrayList<>();
  private final Branch root = new Branch(ROOT, "", null);

  Tree(List<SealedFile> files) {
    nodes.add(root);
    for (SealedFile file : files) {
      Branch at = root;
      String[] parts = file.name().split("/", -1);
      for (int i = 0; i < parts.length - 1; i++) {
        at = branch(at, parts[i]);
      }
      Leaf leaf = new Leaf(next(), parts[parts.length - 1], file);
      nodes.add(leaf);
      at.add(leaf);
    }
  }

  private Branch branch(Branch at, String name) {
    if (at.byName.get(name) instanceof Branch present) {
      return present;
    }
    Branch made = new Branch(next(), name, at);
    nodes.add(made);
    at.add(made);
    return made;
  }

  private long next() {
    return nodes.size() + ROOT;
  }

  /** The node of this number, if there is one. */
  Optional<Node> node(long id) {
    return id < ROOT || id > nodes.size()
        ? Optional.empty()
        : Optional.of(nodes.get((int) (id - ROOT)));
  }

  List<Node> nodes() {
    return nodes;
  }

  static byte[] utf8(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }
}
