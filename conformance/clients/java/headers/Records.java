import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/** kafka-clients from 0.11 on. */
final class Records {
    private Records() { }

    static ProducerRecord<String, String> make(String topic, int partition, long timestamp, String key, String value, String client, long i) {
        ProducerRecord<String, String> record = new ProducerRecord<>(topic, partition, timestamp, key, value);
        record.headers().add("client", client.getBytes(StandardCharsets.UTF_8));
        record.headers().add("n", String.valueOf(i).getBytes(StandardCharsets.UTF_8));
        return record;
    }

    static String headers(ConsumerRecord<String, String> record) {
        StringJoiner fields = new StringJoiner(",", "{", "}");
        for (Header header : record.headers())
            fields.add(Job.quoted(header.key()) + ":" + Job.quoted(header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8)));
        return fields.toString();
    }
}
