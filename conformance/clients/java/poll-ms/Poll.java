import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** kafka-clients before 2.0. */
final class Poll {
    private Poll() { }

    static Iterable<ConsumerRecord<String, String>> records(KafkaConsumer<String, String> consumer, long ms) {
        return consumer.poll(ms);
    }
}
