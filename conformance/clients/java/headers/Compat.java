import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.StringJoiner;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/** kafka-clients from 2.0: headers, poll takes a Duration. */
final class Compat {
    private Compat() { }

    static ProducerRecord<String, String> record(String topic, int partition, long timestamp, String key, String value, String client, long i) {
        ProducerRecord<String, String> record = new ProducerRecord<>(topic, partition, timestamp, key, value);
        record.headers().add("client", client.getBytes(StandardCharsets.UTF_8));
        record.headers().add("n", String.valueOf(i).getBytes(StandardCharsets.UTF_8));
        return record;
    }

    static ProducerRecord<String, String> plain(String topic, int partition, String key, String value) {
        return new ProducerRecord<>(topic, partition, key, value);
    }

    static Iterable<ConsumerRecord<String, String>> poll(KafkaConsumer<String, String> consumer, long ms) {
        return consumer.poll(Duration.ofMillis(ms));
    }

    static String headers(ConsumerRecord<String, String> record) {
        StringJoiner fields = new StringJoiner(",", "{", "}");
        for (Header header : record.headers())
            fields.add(Peer.quoted(header.key()) + ":" + Peer.quoted(header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8)));
        return fields.toString();
    }
}
