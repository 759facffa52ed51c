import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** kafka-clients before 0.11: no headers, poll takes milliseconds. */
final class Compat {
    private Compat() { }

    static ProducerRecord<String, String> record(String topic, int partition, long timestamp, String key, String value, String client, long i) {
        return new ProducerRecord<>(topic, partition, timestamp, key, value);
    }

    static ProducerRecord<String, String> plain(String topic, int partition, String key, String value) {
        return new ProducerRecord<>(topic, partition, key, value);
    }

    static Iterable<ConsumerRecord<String, String>> poll(KafkaConsumer<String, String> consumer, long ms) {
        return consumer.poll(ms);
    }

    static String headers(ConsumerRecord<String, String> record) {
        return null;
    }
}
