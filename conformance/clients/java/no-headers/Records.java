import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** kafka-clients before 0.11: no headers. */
final class Records {
    private Records() { }

    static ProducerRecord<String, String> make(String topic, int partition, long timestamp, String key, String value, String client, long i) {
        return new ProducerRecord<>(topic, partition, timestamp, key, value);
    }

    static String headers(ConsumerRecord<String, String> record) {
        return null;
    }
}
