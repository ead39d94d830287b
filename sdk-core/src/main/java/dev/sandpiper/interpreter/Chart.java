package dev.sandpiper.interpreter;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The data of a figure. Titles, labels and units are null if the figure has none. A coordinate or a
 * value is a {@code Double}, or a {@code String} with an ISO 8601 timestamp or a category.
 */
public sealed interface Chart extends Serializable {

  /** Null if it has none. */
  @Nullable String title();

  /**
   * One axis.
   *
   * @param unit the text in parentheses or brackets at the end of the label
   * @param scale such as {@code linear}, {@code log} or {@code datetime}; null if not given
   * @param ticks the positions of its tick marks; empty if not given
   * @param tickLabels the labels of the tick marks
   */
  record Axis(
      @Nullable String label,
      @Nullable String unit,
      @Nullable String scale,
      List<Object> ticks,
      List<String> tickLabels)
      implements Serializable {
    public Axis {
      ticks = List.copyOf(ticks);
      tickLabels = List.copyOf(tickLabels);
    }
  }

  /** A point. */
  record Point(Object x, Object y) implements Serializable {}

  /** A series of points. */
  record Series(@Nullable String label, List<Point> points) implements Serializable {
    public Series {
      points = List.copyOf(points);
    }
  }

  /** A line chart. */
  record Line(@Nullable String title, Axis x, Axis y, List<Series> series) implements Chart {
    public Line {
      series = List.copyOf(series);
    }
  }

  /** A scatter plot. */
  record Scatter(@Nullable String title, Axis x, Axis y, List<Series> series) implements Chart {
    public Scatter {
      series = List.copyOf(series);
    }
  }

  /** A bar chart, possibly with groups. */
  record Bars(@Nullable String title, Axis x, Axis y, List<Bar> bars) implements Chart {
    public Bars {
      bars = List.copyOf(bars);
    }
  }

  /** One bar. */
  record Bar(@Nullable String label, @Nullable String group, Object value)
      implements Serializable {}

  /** A pie chart. */
  record Pie(@Nullable String title, List<Slice> slices) implements Chart {
    public Pie {
      slices = List.copyOf(slices);
    }
  }

  /**
   * One slice of a pie.
   *
   * @param angle in degrees
   */
  record Slice(@Nullable String label, double angle, double radius) implements Serializable {}

  /** A box plot. */
  record BoxAndWhisker(@Nullable String title, Axis x, Axis y, List<Box> boxes) implements Chart {
    public BoxAndWhisker {
      boxes = List.copyOf(boxes);
    }
  }

  /** One box of a box plot: a distribution by its quartiles. */
  record Box(
      @Nullable String label,
      double min,
      double firstQuartile,
      double median,
      double thirdQuartile,
      double max,
      List<Double> outliers)
      implements Serializable {
    public Box {
      outliers = List.copyOf(outliers);
    }
  }

  /** Several charts in one figure. An element that is not a JSON object is left out. */
  record Superchart(@Nullable String title, List<Chart> charts) implements Chart {
    public Superchart {
      charts = List.copyOf(charts);
    }
  }

  /**
   * A chart of an unknown type, or without a field that its type requires.
   *
   * @param type as sent by the service; empty if missing
   * @param json the whole chart as sent by the service
   */
  record Unknown(@Nullable String title, String type, String json) implements Chart {}
}
