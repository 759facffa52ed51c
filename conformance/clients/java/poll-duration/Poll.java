import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** kafka-clients from 2.0 on. */
final class Poll {
    private Poll() { }

    static Iterable<ConsumerRecord<String, String>> records(KafkaConsumer<String, String> consumer, long ms) {
        return consumer.poll(Duration.ofMillis(ms));
    }
}
