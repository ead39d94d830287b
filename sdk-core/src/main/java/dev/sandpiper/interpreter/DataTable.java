package dev.sandpiper.interpreter;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A data frame, column by column.
 *
 * @param columns in the frame's order
 */
public record DataTable(List<Column> columns) implements Serializable {
  public DataTable {
    columns = List.copyOf(columns);
  }

  /**
   * One column.
   *
   * @param values each a {@code Long}, {@code Double}, {@code Boolean}, {@code String} or null;
   *     integers that exceed a long are doubles, timestamps are ISO 8601 strings, and nested values
   *     are JSON strings
   */
  public record Column(String name, List<@Nullable Object> values) implements Serializable {
    public Column {
      requireNonNull(name, "name");
      values = Collections.unmodifiableList(new ArrayList<>(values));
    }
  }

  /** The length of the longest column. */
  public int rows() {
    return columns.stream().mapToInt(column -> column.values().size()).max().orElse(0);
  }

  /** The size; never the content. */
  @Override
  public String toString() {
    return "DataTable[" + columns.size() + " columns, " + rows() + " rows]";
  }
}
