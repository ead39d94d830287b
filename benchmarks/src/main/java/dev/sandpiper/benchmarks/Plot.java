package dev.sandpiper.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * Lines in a picture (SVG) whose axes are both logarithmic.
 *
 * @param title above it
 * @param across what the horizontal axis says, with its unit
 * @param up likewise
 */
record Plot(String title, String across, String up, List<Line> lines) {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 190;
  private static final int TOP = 40;
  private static final int BOTTOM = 50;
  private static final List<String> COLOURS =
      List.of("#1f77b4", "#2ca02c", "#7f7f7f", "#d62728", "#ff7f0e");

  /** Points of one program. */
  record Line(String name, List<Point> points) {}

  record Point(double x, double y) {}

  String svg() {
    Axis x = Axis.of(lines.stream().flatMap(line -> line.points().stream()).map(Point::x).toList());
    Axis y = Axis.of(lines.stream().flatMap(line -> line.points().stream()).map(Point::y).toList());
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">",
        WIDTH,
        HEIGHT);
    add(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
    text(svg, LEFT, 20, "start", title);
    text(svg, LEFT + plotWidth() / 2, HEIGHT - 10, "middle", across);
    text(svg, LEFT, TOP - 6, "middle", up);
    for (int power = x.least(); power <= x.most(); power++) {
      double at = LEFT + x.place(Math.pow(10, power)) * plotWidth();
      grid(svg, at, TOP, at, TOP + plotHeight());
      text(svg, at, TOP + plotHeight() + 18, "middle", "1e" + power);
    }
    for (int power = y.least(); power <= y.most(); power++) {
      double at = TOP + (1 - y.place(Math.pow(10, power))) * plotHeight();
      grid(svg, LEFT, at, LEFT + plotWidth(), at);
      text(svg, LEFT - 8, at + 4, "end", "1e" + power);
    }
    for (int i = 0; i < lines.size(); i++) line(svg, i, x, y);
    return svg.append("</svg>\n").toString();
  }

  private void line(StringBuilder svg, int number, Axis x, Axis y) {
    Line line = lines.get(number);
    String colour = COLOURS.get(number % COLOURS.size());
    StringBuilder points = new StringBuilder();
    for (Point point : line.points()) {
      double left = LEFT + x.place(point.x()) * plotWidth();
      double top = TOP + (1 - y.place(point.y())) * plotHeight();
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", left, top));
    }
    add(
        svg,
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
        points.toString().trim(),
        colour);
    int legend = TOP + 10 + 20 * number;
    add(
        svg,
        "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>",
        WIDTH - RIGHT + 12,
        legend,
        colour);
    text(svg, WIDTH - RIGHT + 30, legend + 11, "start", line.name());
  }

  private static int plotWidth() {
    return WIDTH - LEFT - RIGHT;
  }

  private static int plotHeight() {
    return HEIGHT - TOP - BOTTOM;
  }

  private static void grid(StringBuilder svg, double x1, double y1, double x2, double y2) {
    add(
        svg,
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>",
        x1,
        y1,
        x2,
        y2);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    add(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor, text);
  }

  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /** Powers of ten around all values. */
  private record Axis(int least, int most) {
    static Axis of(List<Double> values) {
      double[] sorted = values.stream().mapToDouble(value -> value).sorted().toArray();
      int least = (int) Math.floor(Math.log10(sorted[0]));
      int most = (int) Math.ceil(Math.log10(sorted[sorted.length - 1]));
      return new Axis(least, Math.max(most, least + 1));
    }

    /** From 0, the beginning of the axis, to 1. */
    double place(double value) {
      return (Math.log10(value) - least) / (most - least);
    }
  }
}
