import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What the commands that read share. */
final class Reader {
    private Reader() { }

    static KafkaConsumer<String, String> open(Properties config) {
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    static void print(Job job, ConsumerRecord<String, String> record) {
        String headers = Records.headers(record);
        job.emit("record", "\"partition\":" + record.partition() + ",\"offset\":" + record.offset() + ",\"key\":" + Job.quoted(record.key())
            + ",\"value\":" + Job.quoted(record.value()) + ",\"timestamp\":" + record.timestamp() + (headers == null ? "" : ",\"headers\":" + headers));
    }
}
