import org.apache.kafka.clients.producer.ProducerRecord;

/** kafka-clients before 0.10: neither headers nor timestamps. */
final class Records {
    private Records() { }

    static ProducerRecord<String, String> make(String topic, int partition, long timestamp, String key, String value, String client, long i) {
        return new ProducerRecord<>(topic, partition, key, value);
    }
}
