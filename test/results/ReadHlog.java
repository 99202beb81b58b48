import java.io.FileInputStream;
import java.util.Date;
import java.util.Locale;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;

/** Prints each interval histogram of a log, one to a line, then the log's start time. */
public class ReadHlog {
  public static void main(String[] arguments) throws Exception {
    HistogramLogReader reader = new HistogramLogReader(new FileInputStream(arguments[0]));
    while (reader.hasNext()) {
      EncodableHistogram next = reader.nextIntervalHistogram();
      if (next == null) continue;
      Histogram h = (Histogram) next;
      System.out.printf(
          Locale.US,
          "%s %d %d %d %.6f %.6f %d %d %d %d %d%n",
          h.getTag(),
          h.getTotalCount(),
          h.getMinValue(),
          h.getMaxValue(),
          h.getMean(),
          h.getStdDeviation(),
          h.getValueAtPercentile(50.0),
          h.getValueAtPercentile(99.0),
          h.getValueAtPercentile(99.9),
          h.getStartTimeStamp(),
          Math.round((h.getEndTimeStamp() - h.getStartTimeStamp()) / 10.0));
    }
    System.out.printf(Locale.US, "start %.3f%n", reader.getStartTimeSec());
    System.out.println("date " + new Date((long) (reader.getStartTimeSec() * 1000)));
  }
}
