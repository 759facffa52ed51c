import java.io.FileWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.common.telemetry.internals.ClientTelemetryUtils;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.telemetry.ClientTelemetry;
import org.apache.kafka.server.telemetry.ClientTelemetryPayload;
import org.apache.kafka.server.telemetry.ClientTelemetryReceiver;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.NumberDataPoint;

/** A broker's receiver of client metrics (KIP-714): one line for each data point, in the file `telemetry.receiver.file`. */
public class TelemetryReceiver implements MetricsReporter, ClientTelemetry, ClientTelemetryReceiver {
  private String file;

  @Override
  public void configure(Map<String, ?> configs) {
    file = String.valueOf(configs.get("telemetry.receiver.file"));
  }

  @Override
  public ClientTelemetryReceiver clientReceiver() {
    return this;
  }

  @Override
  public synchronized void exportMetrics(AuthorizableRequestContext context, ClientTelemetryPayload payload) {
    try (FileWriter out = new FileWriter(file, true)) {
      var data = ClientTelemetryUtils.deserializeMetricsData(payload.data());
      for (var resource : data.getResourceMetricsList())
        for (var scope : resource.getScopeMetricsList())
          for (Metric metric : scope.getMetricsList()) print(out, context, payload, metric);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void print(FileWriter out, AuthorizableRequestContext context, ClientTelemetryPayload payload, Metric metric)
      throws IOException {
    boolean isSum = metric.hasSum();
    List<NumberDataPoint> points =
        isSum ? metric.getSum().getDataPointsList() : metric.getGauge().getDataPointsList();
    for (NumberDataPoint point : points)
      out.write(
          String.join(
                  "\t",
                  context.clientId(),
                  payload.clientInstanceId().toString(),
                  String.valueOf(payload.isTerminating()),
                  isSum ? "sum" : "gauge",
                  metric.getName(),
                  String.valueOf(point.getAsDouble()),
                  point.getAttributesList().stream()
                      .map(each -> each.getKey() + "=" + each.getValue().getStringValue())
                      .sorted()
                      .toList()
                      .toString())
              + "\n");
  }

  @Override
  public void init(List<KafkaMetric> metrics) {}

  @Override
  public void metricChange(KafkaMetric metric) {}

  @Override
  public void metricRemoval(KafkaMetric metric) {}

  @Override
  public void close() {}
}
