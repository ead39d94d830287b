package dev.sandpiper.interpreter;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a figure shows, as data. Titles, labels and units are null where the figure has none. A
 * coordinate or a value is a {@code Double} or a {@code String}, which is a moment in ISO 8601 or a
 * category.
 */
public sealed interface Chart extends Serializable {

  /** Null if it has none. */
  @Nullable String title();

  /**
   * One axis.
   *
   * @param unit the text in parentheses or brackets at the end of the label
   * @param scale such as {@code linear}, {@code log} or {@code datetime}; null if it is not said
   * @param ticks where its marks are; empty if it is not said
   * @param tickLabels what stands at them
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

  /** Where something is. */
  record Point(Object x, Object y) implements Serializable {}

  /** Points that belong together. */
  record Series(@Nullable String label, List<Point> points) implements Serializable {
    public Series {
      points = List.copyOf(points);
    }
  }

  /** Points that are joined. */
  record Line(@Nullable String title, Axis x, Axis y, List<Series> series) implements Chart {
    public Line {
      series = List.copyOf(series);
    }
  }

  /** Points that are not joined. */
  record Scatter(@Nullable String title, Axis x, Axis y, List<Series> series) implements Chart {
    public Scatter {
      series = List.copyOf(series);
    }
  }

  /** Bars, in groups. */
  record Bars(@Nullable String title, Axis x, Axis y, List<Bar> bars) implements Chart {
    public Bars {
      bars = List.copyOf(bars);
    }
  }

  /** One bar. */
  record Bar(@Nullable String label, @Nullable String group, Object value)
      implements Serializable {}

  /** Parts of a whole. */
  record Pie(@Nullable String title, List<Slice> slices) implements Chart {
    public Pie {
      slices = List.copyOf(slices);
    }
  }

  /**
   * One part of a whole.
   *
   * @param angle in degrees
   */
  record Slice(@Nullable String label, double angle, double radius) implements Serializable {}

  /** Distributions by their quartiles. */
  record BoxAndWhisker(@Nullable String title, Axis x, Axis y, List<Box> boxes) implements Chart {
    public BoxAndWhisker {
      boxes = List.copyOf(boxes);
    }
  }

  /** One distribution. */
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

  /** Several charts in one figure. One among them that is not even an object was left out. */
  record Superchart(@Nullable String title, List<Chart> charts) implements Chart {
    public Superchart {
      charts = List.copyOf(charts);
    }
  }

  /**
   * A chart of a kind that is not known here, or without something that its kind needs.
   *
   * @param type as the service says it; empty if it does not
   * @param json all that the service said
   */
  record Unknown(@Nullable String title, String type, String json) implements Chart {}
}
